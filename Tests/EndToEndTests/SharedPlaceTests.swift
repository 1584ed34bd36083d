import Content
import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// One workspace, and two processes or a full disk.
  @Suite(.enabled(if: Place.sqlite != nil, "the sqlite3 shell is not installed"))
  struct SharedPlaceTests {
    @Test func twoProcessesOnOneVariantAskForNothingTwice() async throws {
      let cases = 120
      try await Place.withFolder { folder in
        try await MockModel.with(pause: { _ in .milliseconds(30) }) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: cases, concurrency: 4)
          let arguments = ["eval", "base", "--workspace", folder, "--json"]
          let first = try Program(Place.assay, arguments, environment: KillTests.key)
          try await wait(for: "the first to ask") { !model.numbers.isEmpty }
          let second = try await Program(Place.assay, arguments, environment: KillTests.key).ended()
          #expect(second.status == 2, "\(second)")
          #expect(second.errors.contains("is being worked on by another Assay"))
          let ending = await first.ended()
          #expect(ending.status == 0, "\(ending)")
          #expect(model.numbers.sorted() == Array(1...cases))
          // Now there is nothing left to ask for.
          let third = try await Program(Place.assay, arguments, environment: KillTests.key).ended()
          #expect(third.status == 0, "\(third)")
          #expect(model.numbers.count == cases)
        }
      }
    }

    @Test func twoProcessesOnTwoVariantsBothFinish() async throws {
      let cases = 400
      try await Place.withFolder { folder in
        try await MockModel.with(pause: { _ in .milliseconds(5) }) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: cases, concurrency: 8)
          let config = text(of: folder + "/assay.yaml")
          let more = "variants:\n  other: { model: mock, prompt: main, temperature: 1, max_tokens: 32 }"
          try write(config.replacingOccurrences(of: "variants:", with: more), to: folder + "/assay.yaml")
          let programs = try ["base", "other"].map {
            try Program(Place.assay, ["eval", $0, "--workspace", folder, "--json"], environment: KillTests.key)
          }
          for program in programs {
            let ending = await program.ended()
            #expect(ending.status == 0, "\(ending)")
            #expect(try ending.json()[0]?["state"] == "finished")
          }
          #expect(model.numbers.count == 2 * cases)
          let outputs = try await query(
            "SELECT run_id, count(*), count(DISTINCT case_id) FROM outputs GROUP BY run_id", in: folder)
          #expect(outputs == ["1|\(cases)|\(cases)", "2|\(cases)|\(cases)"])
        }
      }
    }

    /// In a name space of its own, where a small disk can be mounted without being root.
    @Test(.enabled(if: Place.hasNameSpaces, "no small disk can be mounted here"))
    func aFullDiskIsSaidAndTheRunGoesOnLater() async throws {
      let cases = 3000
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder + "/workspace", port: port, cases: cases)
          let script = """
            mkdir "$0/disk" && mount -t tmpfs -o size=16m tmpfs "$0/disk" && cp -r "$0/workspace/." "$0/disk" || exit 99
            head -c 15000000 /dev/zero > "$0/disk/filler"
            "$1" eval base --workspace "$0/disk" --json > "$0/first.json" 2> "$0/first.txt"; echo $? > "$0/first"
            sqlite3 "$0/disk/.assay/assay.sqlite" 'SELECT case_id FROM outputs' > "$0/kept"
            rm "$0/disk/filler"
            "$1" eval base --workspace "$0/disk" --json > "$0/second.json" 2> "$0/second.txt"; echo $? > "$0/second"
            sqlite3 "$0/disk/.assay/assay.sqlite" 'PRAGMA integrity_check; SELECT count(*) FROM outputs' > "$0/end"
            """
          let ending = try await Program(
            "/usr/bin/unshare", ["-rm", "/bin/sh", "-c", script, folder, Place.assay], environment: KillTests.key
          ).ended()
          #expect(ending.status == 0, "\(ending)")
          #expect(text(of: folder + "/first") == "2\n", "\(text(of: folder + "/first.txt"))")
          #expect(text(of: folder + "/first.txt").contains("is full: free some space and try again"))
          let kept = text(of: folder + "/kept").split(separator: "\n").count
          #expect(text(of: folder + "/second") == "0\n", "\(text(of: folder + "/second.txt"))")
          #expect(text(of: folder + "/end") == "ok\n\(cases)\n")
          // What was under way or not yet written when the disk was full is asked for again, nothing else.
          #expect(model.numbers.count <= cases + 64 + 256 + 256, "kept \(kept), asked \(model.numbers.count)")
          #expect(Set(model.numbers) == Set(1...cases))
        }
      }
    }
  }
}
