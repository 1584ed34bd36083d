import Content
import Domain
import Evidence
import Foundation
import Grading
import Testing
import WorkbenchCore

@testable import Storage

/// A workspace folder that is removed at the end.
func withWorkspace(_ body: (String) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-" + UUID().uuidString).path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try await body(folder)
}

/// Runs a test on both kinds of store.
func onBothStores(_ body: (SQLiteStore) async throws -> Void) async throws {
  try await body(SQLiteStore.inMemory())
  try await withWorkspace { try await body(SQLiteStore(stateOf: $0)) }
}

func hash(_ text: String) -> ContentHash { ContentHash(hex: SHA256.hex(text)) }

func draft(_ name: String = "base", cases: Int = 3, started: Double = 1000) -> RunDraft {
  let version = PromptVersion(
    prompt: "main",
    parts: [
      .init(title: "task", role: .system, body: "Sort «this» 作."), .init(title: "query", role: .user, body: "{{ t }}"),
    ])
  return RunDraft(
    identity: hash("run " + name),
    variant: Variant(
      name: name, model: "m", prompt: "main", sections: ["task"], adapter: ".assay/jobs/1/best",
      sampling: Sampling(temperature: 0, topP: 0.5, maxTokens: 32, seed: 7, stop: ["\n"])),
    version: version, set: "main", setHash: hash("set"), cases: cases,
    started: Date(timeIntervalSince1970: started))
}

func answered(
  _ id: String, _ text: String = "yes", value: Double = 1, latency: Double = 0.5, key: String? = nil
) -> Output {
  Output(
    caseID: id, requestKey: hash(key ?? "key " + id),
    answer: Answer(
      text: text, finishReason: "stop", usage: TokenUsage(prompt: 10, completion: 2, cachedPrompt: nil),
      latency: latency, firstToken: nil),
    scores: [Score(grader: "exact", value: value, passed: value == 1, reason: "as expected")], value: value,
    passed: value == 1, formatValid: true, cost: 0.001)
}

func failed(_ id: String, _ reason: String = "refused") -> Output {
  Output(caseID: id, requestKey: hash("key " + id), answer: nil, failure: reason)
}

/// Another process. It is killed when nobody holds it any more.
final class OtherProcess {
  let process = Process()
  private let output = Pipe()
  private let input = Pipe()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = output
    process.standardInput = input
    try process.run()
  }

  /// Whether a program can be run here.
  static func exists(_ name: String) -> Bool {
    guard let path = ProcessInfo.processInfo.environment["PATH"] else { return false }
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
  }

  /// Waits for a line of output.
  func line() -> String {
    var bytes: [UInt8] = []
    while let data = try? output.fileHandleForReading.read(upToCount: 1), let byte = data.first, byte != 0x0A {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Sends a line of input.
  func send(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((text + "\n").utf8)) }

  /// Ends it the hard way.
  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { kill() }
}

extension SQLiteStore {
  /// The store of a workspace whose state folder is made where there is none.
  convenience init(stateOf workspace: String) async throws {
    try? FileManager.default.createDirectory(atPath: workspace + "/.assay", withIntermediateDirectories: true)
    try await self.init(stateFolder: workspace + "/.assay")
  }
}

extension SQLiteStore {
  /// Keeps a batch in which everything is graded.
  func record(_ outputs: [Output], in run: RunID, seconds: Double) async throws -> RunSummary {
    try await record(outputs, ungraded: [], in: run, seconds: seconds)
  }
}
