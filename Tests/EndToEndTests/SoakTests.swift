import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// A long run; `make bench` has one of 100,000 cases.
  @Suite struct SoakTests {
    /// Resident kilobytes of a program.
    private static func memory(_ program: Program) async throws -> Int {
      let listing = try await Program("/bin/ps", ["-o", "rss=", "-p", "\(program.pid)"]).ended()
      return try #require(Int(listing.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test func memoryStaysFlatWhileAnswersCome() async throws {
      let cases = 12_000
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: cases)
          let program = try Program(Place.assay, ["eval", "base", "--workspace", folder], environment: KillTests.key)
          try await wait(for: "a quarter of the answers") { model.numbers.count >= cases / 4 }
          let (early, first) = (try await Self.memory(program), model.numbers.count)
          try await wait(for: "nearly all answers") { model.numbers.count >= cases * 9 / 10 }
          let (late, last) = (try await Self.memory(program), model.numbers.count)
          let ending = await program.ended()
          #expect(ending.status == 0, "\(ending)")
          #expect(model.numbers.count == cases)
          let each = Double(late - early) / Double(last - first)
          #expect(each < 1, "\(each) KB for each answer: \(early) KB after \(first), \(late) KB after \(last)")
        }
      }
    }
  }
}
