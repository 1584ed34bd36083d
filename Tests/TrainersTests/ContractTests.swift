import Content
import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import Trainers

/// What Swift writes and reads, compared with the contracts in Tests/contracts, with which the tests of the Python side
/// compare it too.
struct ContractTests {
  /// What a contract says of a key.
  private struct Key {
    var kind: String
    var words: Set<String>

    init(_ text: String) {
      let parts = text.split(separator: ", ").map(String.init)
      kind = parts[0]
      words = Set(parts.dropFirst())
    }

    /// Whether a value is of the key's type.
    func fits(_ value: JSONValue) -> Bool {
      switch kind.replacing(" or null", with: "") {
      case "string": value.string != nil
      case "boolean": value.bool != nil
      case "integer": value.int != nil
      case "number": value.double != nil
      case "[integer]": value.array.map { $0.allSatisfy { $0.int != nil } } ?? false
      case "{string}": value.object.map { $0.allSatisfy { $0.value.string != nil } } ?? false
      case "[gpu]": value.array.map { $0.allSatisfy { $0.object != nil } } ?? false
      default: false
      }
    }
  }

  private static func contract(_ name: String) throws -> JSONObject {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("contracts").appendingPathComponent(name)
    return try #require(JSONValue(parsing: String(contentsOf: file, encoding: .utf8)).object)
  }

  private static func keys(_ value: JSONValue?) throws -> [String: Key] {
    try #require(value?.object).reduce(into: [:]) { $0[$1.key] = Key($1.value.string ?? "") }
  }

  // MARK: The spec

  /// The specs of a job that was started and of the same one resumed, as they stand in its folder.
  private func specs(_ base: String, _ settings: TrainingSettings) async throws -> [JSONObject] {
    let end = #"say '{"event": "end", "time": 1, "status": "canceled", "message": "m", "step": 1}'"#
    let fake = try FakeTrainer(end)
    let row = TrainingRow(messages: [
      ChatMessage(role: .user, content: "q"), ChatMessage(role: .assistant, content: "a"),
    ])
    func spec() throws -> JSONObject {
      try #require(JSONValue(parsing: String(contentsOfFile: fake.folder.spec, encoding: .utf8)).object)
    }
    var plan = TrainingPlan(
      folder: fake.folder.path, base: base, settings: settings, rows: [row], validationRows: [row],
      workspace: fake.folder.path)
    plan.backend = settings.quantizeBits == 0 ? .mlx : .trl
    try await fake.trainer.start(plan)
    let first = try spec()
    _ = await fake.follow()
    // The runner is this process, which stays alive.
    while !fake.folder.has(fake.folder.exit) { try await Task.sleep(for: .milliseconds(10)) }
    try FileManager.default.removeItem(atPath: fake.folder.processes)
    try await fake.trainer.resume(folder: fake.folder.path, QueueOrder(), accepting: [.cut: "they are rare"])
    let second = try spec()
    _ = await fake.follow()
    return [first, second]
  }

  @Test func aSpecHasTheContractsKeys() async throws {
    let known = try Self.keys(Self.contract("spec.json")["keys"])
    var plain = TrainingSettings()
    plain.steps = 7
    plain.layers = 2
    var other = TrainingSettings()
    other.method = .dora
    other.objective = .dpo
    other.quantizeBits = 4
    other.processes = 2
    other.schedule = .linear
    other.acceleratorConfig = "trainer.sh"
    let mlx = try await specs("/models/tiny", plain)
    let trl = try await specs("hub:org/name@v1", other)
    for spec in mlx + trl {
      #expect(spec["model"] != nil)
      for (key, value) in spec {
        let found = try #require(known[key], "the training programs don't know \(key)")
        #expect(found.fits(value) && !found.words.contains("unwritten"), "\(key) is \(value)")
      }
    }
    for spec in mlx {
      for (key, _) in spec { #expect(known[key]?.words.contains("trl") == false, "mlx-lm doesn't know \(key)") }
    }
    let written = Set((mlx + trl).flatMap { $0.map(\.key) })
    #expect(written == Set(known.filter { !$0.value.words.contains("unwritten") }.keys))
  }

  // MARK: The events

  @Test func everyEventIsReadAndWrittenWhole() throws {
    let contract = try Self.contract("events.json")
    let events = try #require(contract["events"]?.object)
    #expect(events.count == 12)
    for (name, event) in events {
      let example = try #require(event["example"]?.object)
      let read = try #require(
        EventFile.event(Array(JSONValue.object(example).text(.compact).utf8)), "\(name) isn't read")
      let line = try #require(JSONValue(parsing: EventFile.line(read)).object)
      #expect(JSONValue.object(line).matches(.object(example)), "\(name) becomes \(EventFile.line(read))")
    }
  }

  @Test func everyKeyIsKnownToTheContract() throws {
    let contract = try Self.contract("events.json")
    var known = try Self.keys(contract["every"])
    for (_, event) in try #require(contract["events"]?.object) {
      known.merge(try Self.keys(event["keys"])) { $1.words.contains("unread") ? $0 : $1 }
    }
    let read = Set(known.filter { !$0.value.words.contains("unread") }.keys)
    #expect(read == Set(EventLine.CodingKeys.allCases.map(\.rawValue)))
    #expect(Set(try Self.keys(contract["gpu"]).keys) == Set(EventLine.GPU.CodingKeys.allCases.map(\.rawValue)))
  }

  @Test func keysThatNobodyReadsDoNoHarm() throws {
    let contract = try Self.contract("events.json")
    for (name, event) in try #require(contract["events"]?.object) {
      var example = try #require(event["example"]?.object)
      let plain = EventFile.event(Array(JSONValue.object(example).text(.compact).utf8))
      for (key, described) in try Self.keys(event["keys"]) where described.words.contains("unread") {
        example[key] = described.kind == "string" ? "x" : 1
      }
      #expect(EventFile.event(Array(JSONValue.object(example).text(.compact).utf8)) == plain, "\(name)")
    }
  }
}
