import Content
import Domain
import Foundation
import Grading
import TestFolders
import Testing

@testable import ModelAPI

/// Programs that grade, from the well-behaved to the broken.
struct GraderSeatTests {
  /// The replies to so many answers, or what went wrong, in their order.
  private func replies(
    _ body: String, to count: Int = 6, timeout: Double = 20, concurrency: Int = 16
  ) async throws -> [String] {
    let folder = temporaryPath("grader")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let script = """
      import json, os, sys, time
      def say(**reply): print(json.dumps(reply), flush=True)
      for line in sys.stdin:
          q = json.loads(line)
          n = int(q["case"])
      \(body.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
      """
    try Data(script.utf8).write(to: URL(filePath: folder + "/grade.py"))
    var program = GraderProgram(words: ["python3", "grade.py"])
    (program.timeout, program.concurrency) = (timeout, concurrency)
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let client = try clients.grader(program, workspace: folder)
    let replies = await withTaskGroup(of: (Int, String).self) { group in
      for index in 0..<count {
        group.addTask {
          do {
            return (index, try await client.reply(to: ["case": .string("\(index)"), "answer": "x"]).text(.compact))
          } catch { return (index, "\(error)") }
        }
      }
      var all = [String](repeating: "", count: count)
      for await (index, reply) in group { all[index] = reply }
      return all
    }
    await clients.shutdown()
    return replies
  }

  @Test func repliesWithIDsComeInAnyOrder() async throws {
    let replies = try await replies(
      """
      held = globals().setdefault("held", [])
      held.append(q)
      if n == 0 or len(held) == 5:
          for h in reversed(held): say(id=h["id"], score=int(h["case"]) / 10)
          held.clear()
      """, to: 6)
    for (index, reply) in replies.enumerated() {
      #expect(reply.contains("\"score\":0.\(index)") || index == 0, "\(reply)")
    }
  }

  @Test func repliesWithoutIDsBelongToTheirLine() async throws {
    let replies = try await replies("say(passed=n % 2 == 0, reason=q['case'])", to: 20)
    for (index, reply) in replies.enumerated() {
      #expect(reply == "{\"passed\":\(index % 2 == 0),\"reason\":\"\(index)\"}")
    }
  }

  @Test(arguments: ["", "id=q['id'], "]) func aCrashHitsOneAnswerOnly(id: String) async throws {
    let replies = try await replies(
      """
      if n == 3:
          print("no such thing", file=sys.stderr)
          sys.exit(4)
      say(\(id)passed=True, reason=q['case'])
      """, to: 12)
    #expect(replies[3].contains("ended (exit status 4)") && replies[3].contains("no such thing"), "\(replies[3])")
    for (index, reply) in replies.enumerated() where index != 3 {
      #expect(reply.contains("\"reason\":\"\(index)\""), "\(reply)")
    }
  }

  @Test(arguments: ["", "id=q['id'], "]) func silenceHitsOneAnswerOnly(id: String) async throws {
    let replies = try await replies(
      """
      if n == 2: time.sleep(600)
      say(\(id)passed=True, reason=q['case'])
      """, to: 5, timeout: 10)
    #expect(replies[2].contains("gave no reply within 10 s"), "\(replies[2])")
    for (index, reply) in replies.enumerated() where index != 2 { #expect(reply.contains("\"\(index)\""), "\(reply)") }
  }

  @Test func garbageIsNeverTakenForTheNextReply() async throws {
    let replies = try await replies(
      """
      if n == 1: print("loading")
      if n == 2: print("[1]", flush=True)
      say(passed=True, reason=q['case'])
      """, to: 6)
    #expect(replies[1].contains("loading"), "\(replies[1])")
    #expect(replies[2].contains("[1]"), "\(replies[2])")
    for index in [0, 3, 4, 5] { #expect(replies[index].contains("\"\(index)\""), "\(replies[index])") }
  }

  @Test func aProgramThatAlwaysFailsIsGivenUp() async throws {
    let replies = try await replies(
      """
      open("starts", "a").write("x")
      sys.exit(1)
      """, to: 40)
    #expect(replies.allSatisfy { $0.contains("exit status 1") })
    #expect(replies.count { $0.contains("failed 5 times in a row") } >= 35)
  }

  @Test func whatCannotBeStartedIsSaidAtOnce() async throws {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let client = try clients.grader(GraderProgram(words: ["./no-such-program"]), workspace: NSTemporaryDirectory())
    await #expect(throws: ModelFailure.self) { try await client.prepare() }
    await clients.shutdown()
  }

  @Test func programsAreAskedForFirst() {
    struct Closed: TrustGate {
      func standing(asking permissions: [Permission]) -> WorkspaceTrust { .untrusted(permissions) }
      func allow(_ permissions: [Permission]) {}
      func allows(_ permissions: [Permission]) -> Bool { false }
      var isForThisProcess: Bool { false }
    }
    let clients = HTTPModelClients(servers: nil, gate: Closed()) { _ in nil }
    #expect(throws: WorkbenchError.self) {
      try clients.grader(GraderProgram(words: ["touch", "never"]), workspace: "/nowhere")
    }
  }
}
