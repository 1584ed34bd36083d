import Content
import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// What the program does to files and to its standard streams, whatever it finds.
  @Suite struct FilesTests {
    private func shell(_ script: String, in folder: String, _ environment: [String: String] = [:]) async throws
      -> Program.Ending
    {
      try await Program(
        "/bin/sh", ["-c", script],
        environment: environment.merging(["A": Place.assay, "F": folder, "HOME": folder + "/home"]) { first, _ in first
        }
      ).ended()
    }

    /// Everything that is there, with its mode in octal digits.
    private func modes(under folder: String) throws -> [String: Int] {
      var modes: [String: Int] = [:]
      for case let name as String in try #require(FileManager.default.enumerator(atPath: folder)) {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        modes[name] = (attributes[.posixPermissions] as? NSNumber)?.intValue
      }
      return modes
    }

    @Test(arguments: ["000", "022", "077"]) func whatIsOursIsPrivateAndWhatIsForGitIsNot(mask: String) async throws {
      try await Place.withFolder { folder in
        let script = """
          umask \(mask); mkdir "$F/home"; "$A" init "$F/ws"; cd "$F/ws"; "$A" eval
          "$A" data collect first --output train/rows.jsonl
          """
        let ending = try await shell(script, in: folder)
        #expect(ending.status == 0, "\(ending)")
        for (name, mode) in try modes(under: folder + "/ws/.assay") { #expect(mode & 0o077 == 0, "\(name)") }
        for (name, mode) in try modes(under: folder + "/home") { #expect(mode & 0o077 == 0, "\(name)") }
        let usual = try #require(Int(mask, radix: 8))
        for (name, mode) in try modes(under: folder + "/ws") where !name.hasPrefix(".assay") {
          #expect(mode | 0o111 == (0o777 & ~usual) | 0o111, "\(name) \(String(mode, radix: 8))")
        }
      }
    }

    // MARK: Standard output

    @Test(
      arguments: [
        ("> /dev/full", "full"), (">&-", "closed"), ("| (exec 0<&-; sleep 1)", "closed"),
      ]) func outputThatCannotBeWrittenIsAnError(redirection: String, word: String) async throws
    {
      try await Place.withFolder { folder in
        for command in ["eval --json", "models list", "verdict", "--help", "--version", "jobs list"] {
          let script = """
            "$A" init "$F/ws" > /dev/null; cd "$F/ws"; (sleep 0.2; "$A" \(command); echo "status $?" >&2) \(redirection)
            """
          let ending = try await shell(script, in: folder)
          #expect(ending.errors.contains("standard output can't be written"), "\(command): \(ending.errors)")
          #expect(ending.errors.contains(word), "\(command): \(ending.errors)")
          #expect(ending.errors.contains("status 2"), "\(command): \(ending.errors)")
          try FileManager.default.removeItem(atPath: folder + "/ws")
        }
      }
    }

    // MARK: A state folder that goes

    @Test func aRunWhoseStateFolderIsRemovedIsAnError() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with(pause: { $0 == 1 ? nil : .milliseconds(700) }) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 8, concurrency: 1)
          let program = try Program(Place.assay, ["eval", "base", "--workspace", folder], environment: KillTests.key)
          try await wait(for: "a request") { model.numbers.count >= 2 }
          try FileManager.default.removeItem(atPath: folder + "/.assay")
          let ending = await program.ended()
          #expect(ending.status != 0 && ending.errors.contains("was removed"), "\(ending)")
        }
      }
    }

    @Test func aJobWithoutAFolderIsLostAndSaysSo() async throws {
      try await Place.withFolder { folder in
        let setup = try await shell(#""$A" init "$F/ws"; cd "$F/ws"; "$A" eval"#, in: folder)
        #expect(setup.status == 0, "\(setup)")
        let workspace = folder + "/ws"
        let row =
          "INSERT INTO jobs (backend, base, data, settings, state, created) VALUES ('mlx','local','t','{}','queued',\(Date().timeIntervalSince1970))"
        _ = try await query(row, in: workspace)
        let cancelled = try await shell(#"cd "$F/ws"; "$A" jobs cancel 1"#, in: folder)
        #expect(cancelled.status == 2 && cancelled.errors.contains("is gone"), "\(cancelled)")
        let jobs = try await shell(#"cd "$F/ws"; "$A" jobs list --json"#, in: folder).json()
        #expect(jobs[0]?["state"] == "lost")
        let resumed = try await shell(#"cd "$F/ws"; "$A" jobs resume 1"#, in: folder)
        #expect(resumed.status != 0 && resumed.errors.contains("is gone"), "\(resumed)")
      }
    }

    // MARK: What is no file

    @Test func pipesAndDevicesAreRefusedAtOnce() async throws {
      try await Place.withFolder { folder in
        let script = """
          "$A" init "$F/ws" > /dev/null; cd "$F/ws"
          for file in assay.yaml prompts/main/10-task.md evals/main.jsonl recorded.jsonl; do
            mv $file kept; mkfifo $file; timeout 20 "$A" eval > /dev/null 2>&1; echo "$file $?"
            rm $file; ln -s /dev/zero $file; timeout 20 "$A" eval > /dev/null 2>&1; echo "$file $?"
            rm $file; mv kept $file
          done
          mkfifo answer; timeout 20 "$A" review crash first --answer answer > /dev/null 2>&1; echo "answer $?"
          mkfifo keys; timeout 20 "$A" screen --keys keys > /dev/null 2>&1; echo "keys $?"
          """
        let ending = try await shell(script, in: folder)
        let lines = ending.output.split(separator: "\n")
        #expect(lines.count == 10)
        for line in lines { #expect(!line.hasSuffix(" 0") && !line.hasSuffix(" 124"), "\(line)") }
      }
    }

    // MARK: Little room

    @Test(arguments: ["-n 20", "-v 400000"]) func aLimitThatIsTooSmallIsASentence(limit: String) async throws {
      try await Place.withFolder { folder in
        let script = #""$A" init "$F/ws" > /dev/null; ulimit \#(limit); "$A" eval --workspace "$F/ws""#
        let ending = try await shell(script, in: folder)
        #expect(ending.status == 2 && ending.errors.contains("ulimit \(limit.prefix(2))"), "\(ending)")
      }
    }

    @Test(.enabled(if: Place.hasNameSpaces, "this system has no name spaces of disks"), arguments: [true, false])
    func aWorkspaceThatCannotBeWrittenCanBeLookedAt(hasState: Bool) async throws {
      try await Place.withFolder { folder in
        let script = """
          "$A" init "$F/ws" > /dev/null; cd "$F"; \(hasState ? "$A eval -w ws > /dev/null" : "rm -r ws/.assay")
          unshare -rm /bin/sh -c '
            mount --bind ws ws && mount -o remount,ro,bind ws || exit 9
            for command in verdict "jobs list" "models list" doctor "\(hasState ? "outputs first" : "review")"; do
              "$A" $command -w ws > /dev/null || echo "$command: $?"
            done
            "$A" eval -w ws; echo "eval: $?"'
          """
        let ending = try await shell(script, in: folder)
        #expect(ending.output == "eval: 2\n" && ending.errors.contains("can't be written"), "\(ending)")
        #expect(FileManager.default.fileExists(atPath: folder + "/ws/.assay") == hasState)
      }
    }
  }
}
