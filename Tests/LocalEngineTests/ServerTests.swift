import Domain
import Foundation
import Processes
import Testing
import WorkbenchCore

@testable import LocalEngine

/// A fake engine that is ready to serve.
private func readyServers(
  _ scratch: Scratch, grace: Duration = .seconds(30), beforeReady: String = "pass"
) async throws -> EngineServers {
  let engine = try scratch.engine()
  for try await _ in engine.install() {}
  try scratch.fakeServer(beforeReady: beforeReady)
  return EngineServers(layout: engine.layout, grace: grace)
}

private func folder(_ servers: EngineServers, _ model: String, adapter: String? = nil) throws -> ServerFolder {
  ServerFolder(path: servers.engine.layout.servers + "/" + (try ServedPair(model: model, adapter: adapter).key))
}

private func starts(_ folder: ServerFolder) -> Int {
  (try? String(contentsOfFile: folder.path + "/starts", encoding: .utf8).count) ?? 0
}

@Suite struct ServerTests {
  @Test func manyClientsShareOneServer() async throws {
    let scratch = try Scratch()
    let servers = try await readyServers(scratch)
    let model = try scratch.model()
    let served = try await withThrowingTaskGroup(of: ServedModel.self) { group in
      for _ in 0..<6 { group.addTask { try await servers.serve(model: model, adapter: nil) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(served.map(\.baseURL)).count == 1)
    #expect(starts(try folder(servers, model)) == 1)
    let running = servers.running()
    #expect(running.map(\.model) == [model])
    #expect(running.first?.isInUse == true)
    #expect(await servers.stopAll() == 1)
    #expect(servers.running().isEmpty)
  }

  @Test func aServerThatWasKilledIsStartedAgain() async throws {
    let scratch = try Scratch()
    let servers = try await readyServers(scratch)
    let model = try scratch.model()
    let first = try await servers.serve(model: model, adapter: nil)
    let folder = try folder(servers, model)
    let process = try #require(folder.process)
    process.signal(.kill)
    #expect(await process.waitForEnd(atMost: .seconds(10)))
    let second = try await servers.serve(model: model, adapter: nil)
    #expect(folder.process != process)
    #expect(folder.recentCrashes.count == 1)
    #expect(starts(folder) == 2)
    withExtendedLifetime((first, second)) {}
    await servers.stopAll()
  }

  @Test func aServerThatKeepsDyingIsGivenUp() async throws {
    let scratch = try Scratch()
    let servers = try await readyServers(scratch)
    let model = try scratch.model()
    let folder = try folder(servers, model)
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    for _ in 0..<5 { folder.noteCrash() }
    let error = await #expect(throws: ModelFailure.self) { try await servers.serve(model: model, adapter: nil) }
    #expect(error?.description.contains("died 5 times") == true)
  }

  @Test func aServerThatNobodyUsesGoes() async throws {
    let scratch = try Scratch()
    let servers = try await readyServers(scratch, grace: .milliseconds(200))
    let model = try scratch.model()
    var served: ServedModel? = try await servers.serve(model: model, adapter: nil)
    let process = try #require(try folder(servers, model).process)
    try await Task.sleep(for: .milliseconds(600))
    #expect(process.isAlive)
    withExtendedLifetime(served) {}
    served = nil
    #expect(await process.waitForEnd(atMost: .seconds(10)))
    #expect(try folder(servers, model).state == nil)
  }

  @Test func newWeightsInTheSameFolderGetANewServer() async throws {
    let scratch = try Scratch()
    let model = try scratch.model()
    for step in ["1", "2"] {
      try scratch.write("job/checkpoints/\(step)/adapters.safetensors", step)
      try scratch.write("job/checkpoints/\(step)/adapter_config.json", "{}")
    }
    let best = scratch.folder + "/job/best"
    try FileManager.default.createSymbolicLink(atPath: best, withDestinationPath: "checkpoints/1")
    let one = try ServedPair(model: model, adapter: best)
    try FileManager.default.removeItem(atPath: best)
    try FileManager.default.createSymbolicLink(atPath: best, withDestinationPath: "checkpoints/2")
    let two = try ServedPair(model: model, adapter: best)
    #expect(one.key != two.key)
    #expect(two.adapter?.hasSuffix("/job/checkpoints/2") == true)
    #expect(try ServedPair(model: model, adapter: nil).key != one.key)
    // What else is in the folders makes no difference.
    try scratch.write("model/notes.md", "hello")
    try scratch.write("job/checkpoints/2/progress.json", "{}")
    #expect(try ServedPair(model: model, adapter: best).key == two.key)
  }

  @Test func aModelThatFullTuningMadeIsServedInPlaceOfItsBase() throws {
    let scratch = try Scratch()
    let tuned = try scratch.model("job/best")
    let pair = try ServedPair(model: try scratch.model(), adapter: tuned)
    #expect(pair.model == tuned && pair.adapter == nil)
    #expect(try ServedPair(model: tuned, adapter: nil) == pair)
  }

  @Test func aModelThatCanNotBeLoadedIsExplained() async throws {
    let scratch = try Scratch()
    let servers = try await readyServers(
      scratch, beforeReady: "print('error: ValueError: no such architecture', flush=True); sys.exit(3)")
    let error = await #expect(throws: ModelFailure.self) {
      try await servers.serve(model: try scratch.model(), adapter: nil)
    }
    guard case .rejected(let text) = error else {
      Issue.record("\(String(describing: error)) is not a rejection")
      return
    }
    #expect(text.contains("ValueError: no such architecture"))
  }

  @Test func whatIsNotThereIsExplained() async throws {
    let scratch = try Scratch()
    let servers = EngineServers(layout: try scratch.engine().layout)
    func failure(_ model: String, _ adapter: String? = nil) async throws -> String {
      let error = await #expect(throws: ModelFailure.self) { try await servers.serve(model: model, adapter: adapter) }
      return error?.description ?? ""
    }
    let model = try scratch.model()
    #expect(try await failure("/nowhere/model").contains("There is no model at /nowhere/model"))
    #expect(try await failure(scratch.folder).contains("holds no model"))
    #expect(try await failure(model, "/nowhere/best").contains("There is no adapter at /nowhere/best"))
    #expect(try await failure(model).contains("assay engine install"))
  }
}
