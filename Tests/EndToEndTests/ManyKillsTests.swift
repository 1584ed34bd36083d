import Content
import Foundation
import LoopbackServer
import SeededRandom
import Synchronization
import Testing

extension EndToEnd {
  /// One run that is killed two hundred times on its way.
  @Suite(.enabled(if: Place.sqlite != nil, "the sqlite3 shell is not installed"))
  struct ManyKillsTests {
    private static let seed = UInt64(20_26)

    /// A quarter of the kills hit the start, from the first instruction on; the others hit the run under way.
    private static func wait(until model: MockModel, asks before: Int, _ chance: inout SeededRandom) async throws {
      if Int.random(in: 0..<4, using: &chance) > 0 {
        try await EndToEndTests.wait(for: "a request") { model.numbers.count > before }
      }
      try await Task.sleep(for: .microseconds(Int.random(in: 0...150_000, using: &chance)))
    }

    @Test func twoHundredKillsLoseNothing() async throws {
      let (cases, width, kills) = (3000, 8, 200)
      var chance = SeededRandom(seed: Self.seed)
      let isSlow = Mutex(true)
      try await Place.withFolder { folder in
        // Each takes 25 to 35 ms, by its number; the last run is answered at once.
        try await MockModel.with(
          pause: { n in isSlow.withLock { $0 } ? .milliseconds(25 + n % 10) : nil },
          answer: MockWorkspace.numberedAnswer
        ) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: cases, concurrency: width)
          var known: Set<Int> = []
          var lost = 0
          for kill in 1...kills {
            let before = model.numbers.count
            let program = try Program(
              Place.assay, ["eval", "base", "--workspace", folder], environment: KillTests.key)
            try await Self.wait(until: model, asks: before, &chance)
            program.signal(SIGKILL)
            #expect(await program.ended().status == -SIGKILL, "the run isn't over before it is killed")
            let after = try await KillTests.recorded(in: folder)
            let asked = model.numbers[before...]  // read this late, it has what was still on its way
            #expect(Set(asked).count == asked.count, "seed \(Self.seed), kill \(kill): a process asks for a case once")
            #expect(known.isDisjoint(with: asked), "seed \(Self.seed), kill \(kill): what is recorded is asked again")
            #expect(after.isSuperset(of: known), "seed \(Self.seed), kill \(kill): nothing recorded is lost")
            #expect(after.subtracting(known).isSubset(of: asked), "seed \(Self.seed), kill \(kill)")
            lost += asked.count - (after.count - known.count)
            known = after
          }
          #expect(known.count > kills, "the runs came far enough to matter")
          isSlow.withLock { $0 = false }
          let before = model.numbers.count
          let last = try await assay("eval", "base", "--workspace", folder, "--json", environment: KillTests.key)
          #expect(last.status == 0, "seed \(Self.seed): \(last)")
          #expect(try last.json()[0]?["state"] == "finished")
          #expect(Set(model.numbers[before...]) == Set(1...cases).subtracting(known))
          // A kill costs what is under way, and what came in since the last write, 50 ms before: three times as many.
          #expect(model.numbers.count == cases + lost)
          #expect(lost <= kills * 4 * width, "seed \(Self.seed): \(lost)")
          let outputs = try await query("SELECT case_id, count(*) FROM outputs GROUP BY run_id, case_id", in: folder)
          #expect(outputs.sorted() == (1...cases).map { "case-\($0)|1" }.sorted())
          #expect(try await query("SELECT count(*) FROM runs", in: folder) == ["1"])
          #expect(try await query("PRAGMA integrity_check", in: folder) == ["ok"])
          #expect(try await query("PRAGMA foreign_key_check", in: folder).isEmpty)
        }
      }
    }
  }
}
