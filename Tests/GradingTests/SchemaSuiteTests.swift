import Content
import Foundation
import Grading
import Testing

/// The official JSON-Schema-Test-Suite.
@Suite(.enabled(if: Suites.folder != nil, "No test suites: set ASSAY_SUITES to their folder."))
struct SchemaSuiteTests {
  struct Draft: CustomTestStringConvertible {
    var folder: String
    var draft: SchemaDraft
    /// The least number of tests that must come out right: required, optional, formats.
    var floor: (required: Int, optional: Int, formats: Int)
    var testDescription: String { folder }
  }

  static let drafts = [
    Draft(folder: "draft2020-12", draft: .draft2020, floor: (1299, 162, 656)),
    Draft(folder: "draft2019-09", draft: .draft2019, floor: (1259, 158, 649)),
    Draft(folder: "draft7", draft: .draft7, floor: (927, 114, 569)),
    Draft(folder: "draft6", draft: .draft6, floor: (839, 106, 325)),
    Draft(folder: "draft4", draft: .draft4, floor: (618, 100, 219)),
  ]

  /// The suite's remote documents by the URIs that its tests use.
  static func remotes() throws -> [String: JSONValue] {
    var documents: [String: JSONValue] = [:]
    guard let root = Suites.folder?.appending(path: "json-schema/remotes") else { return [:] }
    for file in try Suites.files(in: "json-schema/remotes", isDeep: true) {
      let path = file.standardizedFileURL.path().dropFirst(root.standardizedFileURL.path().count)
      let name = path.split(separator: "/").joined(separator: "/")
      documents["http://localhost:1234/" + name] = try Suites.read(file)
    }
    return documents
  }

  @Test(arguments: drafts) func required(_ draft: Draft) throws {
    let files = try Suites.files(in: "json-schema/tests/\(draft.folder)")
    let tally = try SuiteTally(files, draft: draft.draft, documents: Self.remotes(), formats: .annotate)
    print("JSON-Schema-Test-Suite, \(draft.folder), required: \(tally)")
    #expect(tally.right >= draft.floor.required)
    #expect(tally.wrong.isEmpty)
    #expect(tally.share >= 0.99)
  }

  @Test(arguments: drafts) func optional(_ draft: Draft) throws {
    let files = try Suites.files(in: "json-schema/tests/\(draft.folder)/optional")
    let tally = try SuiteTally(files, draft: draft.draft, documents: Self.remotes(), formats: .annotate)
    print("JSON-Schema-Test-Suite, \(draft.folder), optional: \(tally)")
    #expect(tally.right >= draft.floor.optional)
  }

  @Test(arguments: drafts) func formats(_ draft: Draft) throws {
    let files = try Suites.files(in: "json-schema/tests/\(draft.folder)/optional/format")
      .filter { !$0.lastPathComponent.hasPrefix("idn-") }
    let tally = try SuiteTally(files, draft: draft.draft, documents: Self.remotes(), formats: .assert)
    print("JSON-Schema-Test-Suite, \(draft.folder), formats: \(tally)")
    #expect(tally.right >= draft.floor.formats)
    #expect(tally.share >= 0.95)
  }
}
