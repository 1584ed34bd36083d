import Domain
import Foundation
import ModelAPI
import Storage
import TestFolders
import Testing
import WorkbenchCore
import WorkspaceFiles

/// A command in one file: what it does and costs, and how it is written; no enum lists it.
private struct TagCases: Performable {
  var set: String
  var tag: String

  /// It writes what a person asked for, so its order among other edits matters.
  var isEdit: Bool { true }

  func perform(on workbench: isolated Workbench) async throws {
    guard let set = workbench.snapshot.workspace.evalSet(set) else {
      throw WorkbenchError.unknown("eval set", set, among: workbench.snapshot.workspace.evalSets.map(\.name))
    }
    for evalCase in set.cases where !evalCase.tags.contains(tag) {
      var tagged = evalCase
      tagged.tags.append(tag)
      try await workbench.perform(.editCase(set: set.name, .replace(id: evalCase.id, tagged)))
    }
  }
}

extension Command {
  fileprivate static func tagCases(set: String, _ tag: String) -> Command { Command(TagCases(set: set, tag: tag)) }
}

/// What it needs to know is a query, which screens and the command line ask alike.
private struct UntaggedQuery: Query {
  var set: String
  var sources: Set<QuerySource> { [.files] }

  func answer(on workbench: isolated Workbench, partial: ([String]) -> Void) async throws -> [String] {
    (workbench.snapshot.workspace.evalSet(set)?.cases ?? []).filter(\.tags.isEmpty).map(\.id)
  }
}

@Suite struct CommandSample {
  private func workbench(in folder: String) async throws -> Workbench {
    let files = [
      "assay.yaml": "models: { m: { api: replay, file: recorded.jsonl } }\n", "recorded.jsonl": "",
      "evals/main.jsonl": #"{"id": "a", "input": "x"}"# + "\n" + #"{"id": "b", "input": "y", "tags": ["easy"]}"# + "\n",
    ]
    for (path, text) in files {
      let url = URL(fileURLWithPath: folder + "/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return try await Workbench(
      Workbench.Dependencies(
        files: FolderWorkspaceFiles(folder, dialects: .builtIn), store: try SQLiteStore.inMemory(),
        clients: HTTPModelClients(servers: nil) { _ in nil }, trainer: IdleTrainer()))
  }

  @Test func itIsPerformedAndItsQueryAnswered() async throws {
    try await TestFolder.with { folder in
      let workbench = try await workbench(in: folder)
      #expect(try await workbench.answer(to: UntaggedQuery(set: "main")) == ["a"])
      try await workbench.perform(.tagCases(set: "main", "seen"))
      #expect(try await workbench.answer(to: UntaggedQuery(set: "main")).isEmpty)
      let cases = try #require(await workbench.snapshot.workspace.evalSet("main")?.cases)
      #expect(cases.map(\.tags) == [["seen"], ["easy", "seen"]])
    }
  }

  @Test func itsFailureIsANoticeOnTheScreen() async throws {
    try await TestFolder.with { folder in
      let workbench = try await workbench(in: folder)
      await workbench.submit(.tagCases(set: "mian", "seen"))
      let notice = try #require(await workbench.snapshot.notices.last)
      #expect(notice.kind == .error && notice.text.contains("Did you mean \"main\"?"))
      #expect(await workbench.snapshot.edits.last?.problem == notice.text)
    }
  }
}
