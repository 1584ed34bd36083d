import Content
import Foundation
import Testing

/// Where nst's JSONTestSuite is: in `$ASSAY_SUITES`, or `../shared/suites` next to the package or `shared/suites` in it.
private enum JSONSuite {
  static let folder: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let given = ProcessInfo.processInfo.environment["ASSAY_SUITES"].map { URL(filePath: $0) }
    let candidates = [given, package.appending(path: "../shared/suites"), package.appending(path: "shared/suites")]
    return candidates.compactMap { $0?.appending(path: "json-parsing/test_parsing") }
      .first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
  }()
}

/// nst's JSONTestSuite: `y_` must parse, `n_` must not, `i_` may do either.
@Suite(.enabled(if: JSONSuite.folder != nil, "No test suites: set ASSAY_SUITES to their folder."))
struct JSONSuiteTests {
  @Test func parses() throws {
    let folder = try #require(JSONSuite.folder)
    var counts: [String: Int] = [:]
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let name = file.lastPathComponent
      let isRead = (try? JSONValue(parsing: Data(contentsOf: file))) != nil
      if name.hasPrefix("y_") { #expect(isRead, "\(name)") }
      if name.hasPrefix("n_") { #expect(!isRead, "\(name)") }
      counts[String(name.prefix(2)), default: 0] += 1
    }
    print(
      "JSONTestSuite: \(counts.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", "))")
    #expect(counts["y_", default: 0] >= 95)
    #expect(counts["n_", default: 0] >= 187)
  }
}
