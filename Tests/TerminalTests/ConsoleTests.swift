import Drawing
import Foundation
import Terminal
import Testing

/// What commands write, on a terminal and elsewhere.
@Suite struct ConsoleTests {
  /// Steers, reorders, hides, and breaks lines; and some text that must survive.
  static let hostile = "é作👩‍🚀\t\u{1B}]0;owned\u{07}\u{9B}2J\u{202E}x\u{200B}\u{AD}\u{FEFF}\r\u{8}\u{7F}\u{0}\u{E0001}\n."

  private static let hazards: [Unicode.Scalar] = [
    "\u{1B}", "\u{07}", "\u{9B}", "\u{202E}", "\u{200B}", "\u{AD}", "\u{FEFF}", "\u{8}", "\u{7F}", "\u{0}", "\u{E0001}",
  ]

  /// What a terminal receives; its own carriage returns before line feeds are taken out.
  private func shown(_ write: (Console) -> Void) throws -> String {
    let pseudo = try PseudoTerminal()
    write(Console(pseudo.program))
    return pseudo.output().replacingOccurrences(of: "\r\n", with: "\n")
  }

  @Test func aTerminalGetsNothingThatSteersIt() throws {
    for text in [try shown { $0.line(Self.hostile) }, try shown { $0.write(Self.hostile) }] {
      for hazard in Self.hazards { #expect(!text.unicodeScalars.contains(hazard), "\(hazard.escaped(asASCII: true))") }
      #expect(!text.contains("\r"))
      #expect(text.hasPrefix("é作👩‍🚀\t␛]0;owned␇␦2J␦x") || text.hasPrefix("é作👩‍🚀       ␛]0;owned␇"))
      #expect(text.contains("\n."))
    }
  }

  @Test func aLineThatIsDrawnOverIsOneLine() throws {
    let text = try shown { $0.replaceLine(with: Self.hostile) }
    #expect(text.hasPrefix("\r\u{1B}[Ké"))
    #expect(!text.dropFirst(4).contains("\u{1B}") && !text.contains("\n"))
  }

  @Test func jsonMeansTheSame() throws {
    let bytes = try JSONSerialization.data(withJSONObject: ["text": Self.hostile])
    // As our own writer has it: only what JSON demands is escaped.
    let json = String(decoding: bytes, as: UTF8.self)
    let text = try shown { $0.json(json) }
    for hazard in Self.hazards { #expect(!text.unicodeScalars.contains(hazard), "\(hazard.escaped(asASCII: true))") }
    let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
    #expect(read == ["text": Self.hostile])
  }

  @Test func filesAndProgramsGetTheBytes() throws {
    let file = FileManager.default.temporaryDirectory.path + "/console-\(UUID().uuidString)"
    let descriptor = open(file, O_RDWR | O_CREAT, 0o600)
    defer {
      close(descriptor)
      unlink(file)
    }
    let console = Console(descriptor)
    console.line(Self.hostile)
    console.json("\"\u{9B}\"")
    let written = FileManager.default.contents(atPath: file)
    #expect(written == Data((Self.hostile + "\n\"\u{9B}\"\n").utf8))
    #expect(console.problem == nil)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func whatCouldNotBeWrittenIsKnown() {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let console = Console(descriptor)
    console.line("lost")
    #expect(console.problem?.isEmpty == false)
  }
}
