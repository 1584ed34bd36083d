import Files
import Foundation
import Synchronization
import TestFolders
import Testing

@testable import Processes

/// Lines that a callback on another thread was given.
private final class Collector: Sendable {
  private let all = Mutex<[String]>([])
  var lines: [String] { all.withLock { $0 } }
  func add(_ line: String) { all.withLock { $0.append(line) } }
}

private func scratch() throws -> String {
  let folder = temporaryPath("processes")
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  return folder
}

/// Waits for something that must happen soon.
private func eventually(_ condition: () -> Bool) async throws -> Bool {
  for _ in 0..<1000 {
    if condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}

@Suite struct ProgramTests {
  @Test func outputAndErrorsComeAsLines() async throws {
    let seen = Collector()
    let result = try await Program("sh", ["-c", "echo one; echo two >&2; printf 'a\\rb'; exit 7"])
      .run(onLine: { seen.add($0) })
    #expect(result.ending == .exited(7))
    #expect(result.lines == ["one", "two", "a", "b"])
    #expect(seen.lines == result.lines)
  }

  @Test func onlyTheLastLinesAreKept() async throws {
    let result = try await Program("sh", ["-c", "i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done"])
      .run(keeping: 3)
    #expect(result.lines == ["497", "498", "499"])
  }

  @Test func talksThroughPipes() async throws {
    let (input, feed) = AsyncStream.makeStream(of: [UInt8].self)
    let (output, errors) = (Collector(), Collector())
    let (stops, _) = AsyncStream.makeStream(of: Void.self)
    feed.yield(Array("one\n".utf8))
    let script = "while read line; do echo \"<$line>\"; echo bad >&2; done; exit 4"
    let ending = try await Program("sh", ["-c", script]).talk(
      input: input, stops: stops,
      onOutput: { bytes in
        output.add(String(decoding: bytes, as: UTF8.self))
        if output.lines.joined() == "<one>\n" { feed.yield(Array("two\n".utf8)) } else { feed.finish() }
      }, onErrors: { errors.add(String(decoding: $0, as: UTF8.self)) })
    #expect(ending == .exited(4))
    #expect(output.lines.joined() == "<one>\n<two>\n" && errors.lines.joined() == "bad\nbad\n")
  }

  @Test func aTalkIsStopped() async throws {
    // Nothing is read and nothing ends by itself; more is written than a pipe holds.
    let (input, feed) = AsyncStream.makeStream(of: [UInt8].self)
    feed.yield([UInt8](repeating: 0x78, count: 1 << 20))
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let ending = try await Program("sh", ["-c", "trap '' TERM; echo on; sleep 600"]).talk(
      input: input, patience: .milliseconds(100), stops: stops, onOutput: { _ in stop.yield() }, onErrors: { _ in })
    #expect(ending == .signaled(9))
    feed.finish()
  }

  @Test func aProgramThatReadsNothingEndsByItself() async throws {
    let (input, feed) = AsyncStream.makeStream(of: [UInt8].self)
    feed.yield([UInt8](repeating: 0x78, count: 1 << 20))
    let (stops, _) = AsyncStream.makeStream(of: Void.self)
    let ending = try await Program("sh", ["-c", "exit 0"]).talk(
      input: input, stops: stops, onOutput: { _ in }, onErrors: { _ in })
    #expect(ending.isSuccess)
  }

  @Test func argumentsAreNotReadByAShell() async throws {
    let result = try await Program("printf", ["%s", "$HOME; `id` *"]).run()
    #expect(result.output == "$HOME; `id` *")
  }

  @Test func variablesAreSetAndRemoved() async throws {
    let program = Program(
      "sh", ["-c", "echo \"$ASSAY_TEST-${HOME-none}-$PWD\""], environment: ["ASSAY_TEST": "é", "HOME": nil],
      workingDirectory: "/")
    #expect(try await program.run().output == "é-none-/")
  }

  @Test func aMissingProgramIsASentence() async {
    let error = await #expect(throws: ProcessError.self) { try await Program("/nowhere/at/all").run() }
    #expect(error?.description == "/nowhere/at/all can't be started: it is not there.")
  }

  @Test func theEndBySignalIsTold() async throws {
    let result = try await Program("sh", ["-c", "kill -9 $$"]).run()
    #expect(result.ending == .signaled(9))
    #expect(result.ending.status == 137)
  }

  @Test func cancellingEndsTheWholeGroup() async throws {
    let folder = try scratch()
    let script = """
      trap '' INT TERM
      sh -c 'trap "" INT TERM; echo $$ > \(folder)/child; while :; do sleep 1; done' &
      echo ready
      while :; do sleep 1; done
      """
    let seen = Collector()
    let task = Task {
      try await Program("sh", ["-c", script]).run(patience: .milliseconds(100), onLine: { seen.add($0) })
    }
    func childsWord() -> String { (try? String(contentsOfFile: folder + "/child", encoding: .utf8)) ?? "" }
    #expect(try await eventually { seen.lines == ["ready"] && childsWord().hasSuffix("\n") })
    let number = try #require(Int32(childsWord().dropLast()))
    let child = try #require(ProcessIdentity(pid: number))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await eventually { !child.isAlive })
  }

  @Test func whatACancelledProgramStillSaysIsRead() async throws {
    let seen = Collector()
    let script = "trap 'echo saving; exit 0' INT; echo ready; while :; do sleep 0.02; done"
    let task = Task { try await Program("sh", ["-c", script]).run(onLine: { seen.add($0) }) }
    #expect(try await eventually { seen.lines == ["ready"] })
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(seen.lines == ["ready", "saving"])
  }

  @Test func aDetachedProgramLeadsASessionAndWritesAFile() async throws {
    let folder = try scratch()
    let identity = try await Program("sh", ["-c", "echo hello; sleep 100"]).spawnDetached(appendingTo: folder + "/log")
    #expect(identity.isAlive)
    #expect(getsid(identity.pid) == identity.pid)
    #expect(try await eventually { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) == "hello\n" })
    #expect(identity.signalGroup(.terminate))
    #expect(await identity.waitForEnd(atMost: .seconds(10)))
    #expect(!identity.signal(.kill))
  }

  @Test func aDetachedProgramMayEndAtOnce() async throws {
    let log = try scratch() + "/log"
    for _ in 0..<10 {
      let identity = try await Program("true").spawnDetached(appendingTo: log)
      #expect(await identity.waitForEnd(atMost: .seconds(10)))
    }
    await #expect(throws: ProcessError.self) { try await Program("/nowhere/at/all").spawnDetached(appendingTo: log) }
  }

  @Test func aProgramThatWritesAFileCanBeStopped() async throws {
    let folder = try scratch()
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let log = folder + "/log"
    Task {
      _ = try await eventually { (try? String(contentsOfFile: log, encoding: .utf8)) == "on\n" }
      stop.yield()
    }
    let started = Collector()
    let ending = try await Program("sh", ["-c", "trap '' TERM; echo on; while :; do sleep 0.02; done"])
      .run(appendingTo: log, patience: .milliseconds(200), stops: stops) { started.add("\($0.pid)") }
    #expect(started.lines.count == 1)
    #expect(ending == .signaled(9))
  }

  @Test func programsAreFoundInThePath() {
    #expect(Program.find("sh", path: "/nowhere:/bin") == "/bin/sh")
    #expect(Program.find("sh", path: "/nowhere") == nil)
    #expect(Program.find("/bin/sh") == "/bin/sh")
    #expect(Program.find("bin", path: "/usr") == nil)
  }
}

@Suite struct IdentityTests {
  @Test func thisProcessIsAliveAndKeepsItsIdentity() throws {
    let me = try #require(ProcessIdentity(pid: getpid()))
    #expect(me == .current)
    #expect(me.isAlive)
    #expect(try JSONDecoder().decode(ProcessIdentity.self, from: JSONEncoder().encode(me)) == me)
  }

  @Test func aReusedProcessIdIsAStranger() {
    var stranger = ProcessIdentity.current
    stranger.started += 1
    #expect(!stranger.isAlive)
    #expect(!stranger.signal(.kill))
    var otherBoot = ProcessIdentity.current
    otherBoot.boot = "another"
    #expect(!otherBoot.isAlive)
    #expect(ProcessIdentity(pid: 0) == nil)
    #expect(ProcessIdentity(pid: -1) == nil)
  }
}

@Suite struct InheritanceTests {
  @Test func childrenDoNotInheritALock() async throws {
    let folder = try scratch()
    var lock = try FileLock.tryAcquire(folder + "/lock", .exclusive)
    #expect(lock != nil)
    let child = try await Program("sleep", ["100"]).spawnDetached(appendingTo: folder + "/log")
    lock = nil
    _ = try await FileLock.acquire(folder + "/lock", .exclusive, atMost: .seconds(10))
    #expect(child.isAlive)
    child.signal(.kill)
  }
}

@Suite struct LineSplitterTests {
  @Test func linesAreWholeWhateverTheCuts() {
    let text = "é one\r\ntwo\n\nthree"
    for size in 1...text.utf8.count {
      var splitter = LineSplitter()
      var lines: [String] = []
      let bytes = Array(text.utf8)
      for first in stride(from: 0, to: bytes.count, by: size) {
        lines += splitter.add(bytes[first..<min(first + size, bytes.count)])
      }
      if let last = splitter.finish() { lines.append(last) }
      #expect(lines == ["é one", "two", "three"])
    }
  }

  @Test func aLineWithoutEndIsCut() {
    var splitter = LineSplitter()
    let lines = splitter.add([UInt8](repeating: 65, count: LineSplitter.longestLine * 2 + 1))
    #expect(lines.map(\.utf8.count) == [LineSplitter.longestLine, LineSplitter.longestLine])
    #expect(splitter.finish() == "A")
  }
}
