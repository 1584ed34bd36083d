import Foundation
import Testing

/// There is one door to the terminal for text, `Console`, where it is made harmless, and one for screens.
@Suite struct ConsoleRulesTests {
  /// The doors themselves.
  static let doors: Set<String> = ["Terminal/Console.swift", "Terminal/CursesTerminal.swift"]

  /// Where `print` means `Console`'s.
  static let program = "assay/"

  /// Ways around the doors, as regular expressions for code without comments and texts.
  static let ways = [
    "Swift's own output": #"\bSwift\.print\b|\bdebugPrint\(|(?<![.\w])dump\(|\bTextOutputStream\b"#,
    "C's output":
      #"(?<![\w.])(?:fputs|fputc|puts|putc|putchar|printf|vprintf|fprintf|fwrite|perror|NSLog|syslog)\("#,
    "a standard stream": #"FileHandle\.standard(?:Output|Error)|\bstdout\b|\bstderr\b|\bSTD(?:OUT|ERR)_FILENO\b"#,
    "a standard descriptor": #"(?:(?<![.\w])write\(|fileDescriptor: )[12]\b"#,
    "what ArgumentParser prints": #"\.exit\(withError|\b(?:Assay|Self)\.main\(\)"#,
    "what a child prints": #"\.currentStandard(?:Output|Error)"#,
    "the writer for screens": #"\bcn_write(?:_some)?\("#,
  ]

  /// The ways around that a source takes, each with its line.
  static func waysAround(in source: String, file: String) throws -> [String] {
    func replacing(_ pattern: String, in text: String, by replacement: String) throws -> String {
      try NSRegularExpression(pattern: pattern).stringByReplacingMatches(
        in: text, range: NSRange(text.startIndex..., in: text), withTemplate: replacement)
    }
    func matches(_ pattern: String, in text: String) throws -> [Int] {
      try NSRegularExpression(pattern: pattern).matches(in: text, range: NSRange(text.startIndex..., in: text))
        .compactMap { Range($0.range, in: text) }.map { text[..<$0.lowerBound].count { $0 == "\n" } + 1 }
    }
    let code = try replacing(#"(?m)(?:^|(?<=\s))//.*$"#, in: source, by: "")
    let bare = try replacing(#""(?:[^"\\\n]|\\.)*""#, in: code, by: "\"\"")
    var found = try matches(#"/dev/(?:tty|stdout|stderr|fd|pts|console)"#, in: code).map { "line \($0): a device" }
    for (way, pattern) in ways { found += try matches(pattern, in: bare).map { "line \($0): \(way)" } }
    if !file.hasPrefix(program) {
      found += try matches(#"(?<![.\w])print\("#, in: bare).map { "line \($0): print" }
    }
    return found
  }

  @Test func nothingElseWritesToATerminal() throws {
    let sources = ImportRulesTests.root.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(atPath: sources.path))
    var count = 0
    for case let file as String in files where file.hasSuffix(".swift") && !Self.doors.contains(file) {
      count += 1
      let source = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      #expect(try Self.waysAround(in: source, file: file) == [], "\(file) goes around Console")
    }
    #expect(count > 300)
  }

  @Test(arguments: [
    "Swift.print(x)", "  fputs(text, file)", "FileHandle.standardError.write(data)", "write(2, bytes, 3)",
    "FileHandle(fileDescriptor: 1)", "open(\"/dev/tty\", O_RDWR)", "Assay.exit(withError: error)", "flush(stderr)",
    "cn_write(output, text, 3)", "debugPrint(x)", "let x = 1\nprintf(\"x\")  // why",
  ])
  func waysAroundAreSeen(source: String) throws {
    #expect(try Self.waysAround(in: source, file: "assay/X.swift").count == 1)
  }

  @Test(arguments: [
    "table.print()", "// stdout", "let x = 1  // Swift.print", "snprintf(bytes)", "surface.write(2, x)",
    "let text = \"see stderr\"",
  ])
  func othersAreNot(source: String) throws {
    #expect(try Self.waysAround(in: source, file: "assay/X.swift") == [])
  }

  @Test func printIsOursOnlyInTheProgram() throws {
    #expect(try Self.waysAround(in: "\nprint(x)", file: "assay/X.swift") == [])
    #expect(try Self.waysAround(in: "\nprint(x)", file: "WorkbenchCore/X.swift") == ["line 2: print"])
  }
}
