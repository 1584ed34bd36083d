import Foundation
import Testing

/// Who may know whom: the table of ARCHITECTURE.md, read from the sources themselves.
@Suite struct ImportRulesTests {
  /// Our modules that each target may import. Modules of the system and of the standard library are free.
  static let allowed: [String: Set<String>] = {
    var table: [String: Set<String>] = [
      "Drawing": [], "Content": ["Crypto"], "Grading": ["Content", "CPCRE2"], "CPCRE2": [],
      "Examples": ["Content"], "NumberFormat": [], "Evidence": ["NumberFormat"],
      "FileWatching": [], "Files": [], "TrainerLogs": [],
      "CNcurses": [],
      "Processes": ["Subprocess"],
      "Formats": ["Content", "Yams"],
      "Reports": ["Content", "NumberFormat"],
      "Routing": ["Content", "Evidence"],
      "GeneralTasks": ["Content", "Evidence"],
      "DataChecks": ["Content", "Grading", "Evidence"],
      "Domain": ["Content", "Grading", "Evidence", "NumberFormat", "Routing", "TrainerLogs"],
      "WorkbenchCore": [
        "Domain", "Content", "Grading", "Evidence", "NumberFormat", "DataChecks", "Formats", "GeneralTasks", "Reports",
        "Routing",
      ],
      "Storage": ["Domain", "Content", "Files", "Grading", "Evidence", "Routing", "FileWatching", "GRDB"],
      "WorkspaceFiles": [
        "Domain", "Content", "Evidence", "Files", "Formats", "Grading", "Routing", "FileWatching", "Yams",
      ],
      "Trust": ["Domain", "Content", "Files", "Crypto"],
      "ModelAPI": [
        "Domain", "Content", "Files", "Grading", "Processes", "AsyncHTTPClient", "NIOCore", "NIOHTTP1",
        "NIOPosix", "NIOSSL", "NIOFoundationCompat",
      ],
      "LocalEngine": ["Domain", "Content", "Files", "Processes"],
      "Trainers": [
        "Domain", "Content", "Files", "Processes", "LocalEngine", "FileWatching", "Evidence", "NumberFormat",
        "TrainerLogs",
      ],
      "PaneKit": ["WorkbenchCore", "Domain", "Drawing", "Evidence"],
      "Panes": Set(panes).union(["PaneKit"]),
      "WorkbenchUI": ["WorkbenchCore", "Domain", "Drawing", "PaneKit", "NumberFormat"],
      "Terminal": ["CNcurses", "Drawing"],
    ]
    for pane in panes {
      table[pane] = ["WorkbenchCore", "Domain", "Drawing", "PaneKit", "Content", "Grading", "Evidence", "NumberFormat"]
    }
    table["assay"] = Set(table.keys).union(["ArgumentParser"]).subtracting(panes + ["CNcurses", "CPCRE2"])
    return table
  }()

  /// The panes, from the list that Package.swift declares their targets from.
  static let panes: [String] = {
    let manifest = (try? String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)) ?? ""
    let list = manifest.firstMatch(of: #/let panes = \[([^\]]*)\]/#)?.1 ?? ""
    return list.matches(of: #/"(\w+)"/#).map { String($0.1) }
  }()

  static let systemModules: Set<String> = [
    "Foundation", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin", "Swift", "RegexBuilder", "System",
  ]

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func targets() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path)
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  @Test func everyTargetHasARule() throws {
    #expect(try Self.targets() == Self.allowed.keys.sorted())
  }

  @Test(arguments: try targets()) func targetImportsOnlyWhatItMayKnow(target: String) throws {
    let allowed = try #require(Self.allowed[target]).union(Self.systemModules)
    let folder = Self.root.appendingPathComponent("Sources/\(target)")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "swift" {
      for (number, line) in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").enumerated() {
        guard let module = Self.importedModule(line) else { continue }
        #expect(allowed.contains(module), "\(target)/\(file.lastPathComponent):\(number + 1) must not import \(module)")
      }
    }
  }

  /// The module that a line imports, whatever stands before the word `import`.
  static func importedModule(_ line: Substring) -> String? {
    guard
      let match = line.wholeMatch(
        of:
          #/\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?([A-Za-z_]\w*).*/#
      )
    else { return nil }
    return String(match.1)
  }

  @Test func importsAreFoundInEveryForm() {
    #expect(Self.importedModule("import GRDB") == "GRDB")
    #expect(Self.importedModule("  @preconcurrency import GRDB") == "GRDB")
    #expect(Self.importedModule("public import struct GRDB.Row") == "GRDB")
    #expect(Self.importedModule("@testable import Storage // why") == "Storage")
    #expect(Self.importedModule("// import GRDB") == nil)
    #expect(Self.importedModule("let important = 1") == nil)
  }
}
