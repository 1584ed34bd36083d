import Content
import Foundation
import LoopbackServer
import SeededRandom
import Testing

extension EndToEnd {
  /// What is left after SIGKILL at any time.
  @Suite(.enabled(if: Place.sqlite != nil, "the sqlite3 shell is not installed"))
  struct KillTests {
    static let key = ["MOCK_KEY": "sk-mock"]

    /// The cases whose answer is in the database, graded or not, where answers are numbered.
    static func recorded(in folder: String) async throws -> Set<Int> {
      let texts = try await query("SELECT text FROM answers", in: folder)
      return Set(texts.compactMap { try? JSONValue(parsing: $0)["number"]?.int })
    }

    @Test(arguments: [1, 2] as [UInt64]) func whatIsRecordedIsNeverAskedAgain(seed: UInt64) async throws {
      let (cases, width, kills) = (300, 8, 8)
      try await Place.withFolder { folder in
        var chance = SeededRandom(seed: seed)
        // Each takes 60 to 80 ms, by its number.
        try await MockModel.with(
          pause: { .milliseconds(60 + $0 % 20) }, answer: MockWorkspace.numberedAnswer
        ) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: cases, concurrency: width)
          var known: Set<Int> = []
          var lost = 0
          for _ in 0..<kills {
            let before = model.numbers.count
            let goal = Int.random(in: 1...30, using: &chance)
            let program = try Program(Place.assay, ["eval", "base", "--workspace", folder], environment: Self.key)
            try await wait(for: "\(goal) requests") { model.numbers.count >= before + goal }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...60_000, using: &chance)))
            program.signal(SIGKILL)
            #expect(await program.ended().status == -SIGKILL)
            let asked = model.numbers[before...]
            #expect(Set(asked).count == asked.count, "one process asks for a case once")
            #expect(known.isDisjoint(with: asked), "what is recorded is not asked again")
            let after = try await Self.recorded(in: folder)
            #expect(after.isSuperset(of: known), "nothing recorded is lost")
            #expect(after.subtracting(known).isSubset(of: asked))
            lost += asked.count - (after.count - known.count)
            known = after
            #expect(try await query("PRAGMA integrity_check", in: folder) == ["ok"])
          }
          let before = model.numbers.count
          let last = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
          #expect(last.status == 0, "\(last)")
          #expect(try last.json()[0]?["state"] == "finished")
          #expect(try last.json()[0]?["cases"]?.int == cases)
          #expect(Set(model.numbers[before...]) == Set(1...cases).subtracting(known))
          #expect(model.numbers.count == cases + lost)
          // A kill costs what is under way, and what came in since the last write, 50 ms before: as many again at most.
          #expect(lost <= kills * 2 * width)
          let outputs = try await query("SELECT case_id, count(*) FROM outputs GROUP BY run_id, case_id", in: folder)
          #expect(outputs.sorted() == (1...cases).map { "case-\($0)|1" }.sorted())
          #expect(try await query("SELECT count(*) FROM runs", in: folder) == ["1"])
        }
      }
    }

    /// The first two answers come at once, all others never.
    @Test func anAnswerIsRecordedThoughNoOtherComes() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with(
          pause: { $0 <= 2 ? nil : .seconds(3600) }, answer: MockWorkspace.numberedAnswer
        ) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 6, concurrency: 4)
          let program = try Program(Place.assay, ["eval", "base", "--workspace", folder], environment: Self.key)
          // What was waited for in vain is told by `wait` itself.
          _ = try? await wait(for: "both answers in the database", limit: .seconds(30)) {
            try await Self.recorded(in: folder) == [1, 2]
          }
          program.signal(SIGKILL)
          _ = await program.ended()
        }
      }
    }

    @Test func controlCKeepsWhatIsAnswered() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with(
          pause: { _ in .milliseconds(20) }, answer: MockWorkspace.numberedAnswer
        ) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 200, concurrency: 4)
          let program = try Program(Place.assay, ["eval", "base", "--workspace", folder], environment: Self.key)
          try await wait(for: "some requests") { model.numbers.count >= 30 }
          program.signal(SIGINT)
          let ending = await program.ended()
          #expect(ending.status == 130, "\(ending)")
          let known = try await Self.recorded(in: folder)
          #expect(known.count >= 20)
          let before = model.numbers.count
          let last = try await assay("eval", "base", "--workspace", folder, environment: Self.key)
          #expect(last.status == 0, "\(last)")
          #expect(known.isDisjoint(with: model.numbers[before...]))
        }
      }
    }
  }
}
