import Content
import Foundation
import LoopbackServer
import Synchronization
import Testing

extension EndToEnd {
  /// A batch is paid once, whenever the process that hands it in dies.
  @Suite(.timeLimit(.minutes(10))) struct BatchKillTests {
    /// When it dies, by what the provider is asked.
    struct Moment: Sendable, CustomTestStringConvertible {
      var request: String
      /// Whether the provider has done what was asked when it happens.
      var isDone: Bool
      /// Whether the provider takes a second to do it, after the client is gone.
      var isLate = false
      var testDescription: String { "\(request)\(isDone ? ", done" : "")\(isLate ? ", late" : "")" }
    }

    static let moments =
      ["POST files", "POST batches", "GET batches/", "GET files/"].flatMap { request in
        [Moment(request: request, isDone: false), Moment(request: request, isDone: true)]
      } + [Moment(request: "POST batches", isDone: false, isLate: true)]

    /// Kills the client at one moment.
    private final class Killer: Sendable {
      let moment: Moment
      let client = Mutex<Program?>(nil)
      private let isSpent = Mutex(false)
      init(_ moment: Moment) { self.moment = moment }

      /// Whether the moment of a request has come, for the first time.
      func isMeant(_ request: LoopbackRequest) -> Bool {
        let path = request.path.split(separator: "?")[0].replacing("/v1/", with: "")
        let name = "\(request.method) \(path)"
        guard moment.request.hasSuffix("/") ? name.hasPrefix(moment.request) : name == moment.request else {
          return false
        }
        return isSpent.withLock { isSpent in
          defer { isSpent = true }
          return !isSpent
        }
      }

      func kill() { client.withLock { $0?.signal(SIGKILL) } }
    }

    @Test(arguments: moments) func aBatchIsPaidOnce(moment: Moment) async throws {
      try await Place.withFolder { folder in
        let batches = MockBatches { body, _ in
          let number = Int((body["messages"]?[1]?["content"]?.string ?? "").split { !$0.isNumber }.last ?? "") ?? 0
          return (200, chatJSON(MockWorkspace.answer(number), ChatUsage(prompt: 1, completion: 1)))
        }
        let killer = Killer(moment)
        let server = try await MockServer { request in
          guard killer.isMeant(request) else { return await batches.reply(to: request) ?? chat("no") }
          if !moment.isDone { killer.kill() }
          if moment.isLate { try? await Task.detached { try await Task.sleep(for: .seconds(1)) }.value }
          let reply = await batches.reply(to: request) ?? chat("no")
          killer.kill()
          return reply
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: 12)
        let command = ["eval", "base", "--batch", "--workspace", folder, "--json"]
        killer.client.withLock { $0 = try? Program(Place.assay, command, environment: KillTests.key) }
        let first = try #require(killer.client.withLock { $0 })
        #expect(await first.ended().status == -SIGKILL)
        let second = try await Program(Place.assay, command, environment: KillTests.key).ended()
        #expect(second.status == 0, "\(second)")
        #expect(try second.json()[0]?["passed"] == 9 && second.json()[0]?["state"] == "finished")
        #expect(await batches.made == 1)
        await server.stop()
      }
    }
  }
}
