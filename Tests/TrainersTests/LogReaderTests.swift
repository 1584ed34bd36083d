import Domain
import Foundation
import SeededRandom
import TestFolders
import Testing
import WorkbenchCore

@testable import TrainerLogs
@testable import Trainers

@Suite struct LogReaderTests {
  private func folder() throws -> String {
    let path = temporaryPath("logs")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func write(_ bytes: Data, _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  private func append(_ bytes: Data, _ path: String) throws {
    let handle = try #require(FileHandle(forWritingAtPath: path))
    defer { try? handle.close() }
    _ = try handle.seekToEnd()
    try handle.write(contentsOf: bytes)
  }

  private func scalars(_ bytes: Data) -> [ScalarEvent] {
    var file = RecordFile()
    return file.add(bytes).compactMap { ScalarEvent($0) }
  }

  /// Losses and validation losses by step.
  private func numbers(_ items: [LogItem]) -> [String] {
    items.map { item in
      switch item {
      case .steps(let steps): "of \(steps)"
      case .train(let metric): "\(metric.step): \((metric.loss * 1000).rounded() / 1000)"
      case .validation(let step, let loss): "\(step)? \((loss * 1000).rounded() / 1000)"
      }
    }
  }

  private func numbers(_ items: [FollowedItem]) -> [String] {
    items.flatMap { item in
      switch item {
      case .log(let item): numbers([item])
      case .event(let event): ["\(event.kind)"]
      }
    }
  }

  @Test func onlyTheEndOfALongLogIsRead() throws {
    let path = temporaryPath("log")
    let filler = String(repeating: "step\n", count: 100_000)
    try Data(("MemoryError\n" + filler).utf8).write(to: URL(fileURLWithPath: path))
    #expect(LogDiagnosis.sentence(logAt: path, status: 1) == nil)
    try Data((filler + "MemoryError").utf8).write(to: URL(fileURLWithPath: path))
    #expect(LogDiagnosis.sentence(logAt: path, status: 1)?.contains("memory ran out") == true)
    #expect(LogDiagnosis.sentence(logAt: "/nowhere", status: 1) == nil)
  }

  // MARK: transformers

  @Test func trainerStatesAreRead() throws {
    let state = try #require(TrainerState(Data(LogFixture.trainerState.utf8)))
    #expect(state.step == 6)
    #expect(numbers(state.items) == ["of 6", "2: 4.134", "3? 4.128", "4: 4.133", "6: nan", "6? 4.127"])
    guard case .train(let metric) = state.items[1] else { return #expect(Bool(false)) }
    #expect(metric.learningRate == 0.01)
    #expect((metric.gradNorm ?? 0) > 0.0016)
    guard case .train(let endless) = state.items[3] else { return #expect(Bool(false)) }
    #expect(endless.gradNorm == nil)
  }

  @Test(arguments: ["", "{", "[]", "null", #"{"log_history": 3}"#, #"{"global_step": 3}"#])
  func whatIsNoTrainerStateIsLeftAlone(_ text: String) {
    #expect(TrainerState(Data(text.utf8)) == nil)
  }

  @Test func oddEntriesAreLeftOut() throws {
    let text = #"""
      {"global_step": 1e300, "max_steps": -1, "log_history": [{"step": -3, "loss": 1}, {"loss": 1}, {"step": 1e99, "loss": 1},
       {"step": 2, "loss": "0.5"}, {}, {"step": 3, "eval_loss": Infinity}, {"text": "NaN \" Infinity", "step": 4, "loss": 1}]}
      """#
    let state = try #require(TrainerState(Data(text.utf8)))
    #expect(numbers(state.items) == ["2: 0.5", "3? inf", "4: 1.0"])
  }

  @Test func statesOfCheckpointsAreFollowed() throws {
    let folder = try folder()
    var follower = LogFollower(folder + "/trainer_state.json")
    #expect(follower.items(isOver: false).isEmpty)
    func state(_ entries: String) -> Data { Data(#"{"max_steps": 4, "log_history": [\#(entries)]}"#.utf8) }
    try write(state(#"{"step": 1, "loss": 2}"#), folder + "/checkpoint-2/trainer_state.json")
    #expect(numbers(follower.items(isOver: false)) == ["of 4", "1: 2.0"])
    #expect(follower.items(isOver: false).isEmpty)
    let all = #"{"step": 1, "loss": 2}, {"step": 3, "loss": 1}"#
    try write(state(all), folder + "/checkpoint-4/trainer_state.json")
    #expect(numbers(follower.items(isOver: false)) == ["3: 1.0"])
    try write(state(all + #", {"step": 4, "eval_loss": 0.5}"#), folder + "/trainer_state.json")
    #expect(numbers(follower.items(isOver: true)) == ["4? 0.5"])
  }

  // MARK: LLaMA-Factory and torchtune

  @Test func trainerLogsAreFollowed() throws {
    let path = try folder() + "/trainer_log.jsonl"
    var follower = LogFollower(path)
    #expect(follower.items(isOver: false).isEmpty)
    let first =
      #"{"current_steps": 5, "total_steps": 30, "loss": 1.5, "lr": 0.0001, "epoch": 0.5, "percentage": 16.67, "#
      + #""elapsed_time": "0:00:05", "remaining_time": "0:00:25", "throughput": 812.5, "total_tokens": 4060}"#
    let second =
      #"{"current_steps": 10, "total_steps": 30, "eval_loss": 1.25, "epoch": 1.0, "percentage": 33.33, "#
      + #""elapsed_time": "0:00:10", "remaining_time": "0:00:20"}"#
    try write(Data((first + "\n" + second.prefix(30)).utf8), path)
    let items = follower.items(isOver: false)
    #expect(numbers(items) == ["of 30", "5: 1.5"])
    guard case .log(.train(let metric)) = items[1] else { return #expect(Bool(false)) }
    #expect(metric.learningRate == 0.0001 && metric.tokensPerSecond == 812.5 && metric.trainedTokens == 4060)
    try append(Data((second.dropFirst(30) + "\nnonsense\n{\"current_steps\": 15, \"loss\": NaN}").utf8), path)
    #expect(numbers(follower.items(isOver: false)) == ["of 30", "10? 1.25"])
    #expect(numbers(follower.items(isOver: true)) == ["15: nan"])
  }

  @Test func stepsInTextAreRead() {
    func items(_ text: String) -> [LogItem] { StepTextLine.items(Data(text.utf8)) }
    #expect(
      items("Step 7 | loss:1.25 lr:0.0003 tokens_per_second_per_gpu:900.5 peak_memory_alloc:3.5 grad_norm:nan ")
        == [.train(Metric(step: 7, loss: 1.25, learningRate: 0.0003, tokensPerSecond: 900.5, peakMemory: 3.5))])
    #expect(items("Step 8 | val_loss:0.5 ") == [.validation(step: 8, loss: 0.5)])
    #expect(numbers(items("Step 9 | loss:nan val_loss:inf ")) == ["9: nan", "9? inf"])
    for text in [
      "", "Step", "Step x | loss:1", "Step -1 | loss:1", "Step 1 loss:1", "INFO Step 1 | loss:1", "Step 1 |",
    ] {
      #expect(items(text).isEmpty)
    }
  }

  // MARK: TensorBoard

  @Test func realFilesAreRead() throws {
    let simple = scalars(LogFixture.tensorboardX)
    #expect(simple.filter { !$0.values.isEmpty }.map(\.step) == [10, 10, 20, 20, 20])
    #expect(simple.flatMap(\.values).map(\.name).suffix(1) == ["eval/loss"])
    #expect(simple.contains { $0.time == 210 && $0.values.first?.number == Double(Float(0.3)) })
    let tensors = scalars(LogFixture.tensorboard)
    #expect(
      tensors.flatMap(\.values).map(\.name)
        == ["loss", "lr", "tokens_per_second_per_gpu", "loss", "lr", "tokens_per_second_per_gpu", "val_loss"])
    #expect(
      tensors.flatMap(\.values).map(\.number) == [
        2.5, Double(Float(0.001)), 512, 1.25, Double(Float(0.001)), 512, 1.75,
      ])
  }

  @Test func foldersWithEventFilesAreFollowed() throws {
    let folder = try folder()
    var follower = LogFollower(folder + "/output")
    #expect(follower.items(isOver: false).isEmpty)
    let path = folder + "/output/runs/Nov26_host/events.out.tfevents.1795734388.vm.1.0"
    let bytes = LogFixture.transformers
    // Cut anywhere, all is told once.
    try write(bytes.prefix(900), path)
    var items = follower.items(isOver: false)
    try append(bytes.dropFirst(900), path)
    items += follower.items(isOver: false)
    items += follower.items(isOver: true)
    #expect(numbers(items) == ["2: 4.134", "3? 4.128", "4: 4.133", "6: 4.132", "6? 4.127"])
    guard case .log(.train(let metric)) = items[0] else { return #expect(Bool(false)) }
    #expect(metric.learningRate == Double(Float(0.01)))
    #expect(metric.gradNorm != nil)
  }

  @Test func theChecksumIsTheOneOfTheStandard() {
    // RFC 3720, B.4.
    #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xe306_9283)
    #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(Checksum.crc32c([UInt8](repeating: 255, count: 32)) == 0x62a8_ab43)
  }

  @Test(arguments: [1, 2, 7, 13, 64, 500]) func recordsComeInAnyParts(size: Int) {
    let bytes = LogFixture.tensorboardX
    var whole = RecordFile()
    var parts = RecordFile()
    var records: [Data] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      records += parts.add(bytes.dropFirst(start).prefix(size))
    }
    #expect(records == whole.add(bytes))
    #expect(records.count == 8)
  }

  @Test func damageIsNoticed() throws {
    var bytes = LogFixture.tensorboard
    // A byte of the second record's data.
    let length = Int(bytes[0]) + 16
    bytes[length + 14] ^= 1
    var file = RecordFile()
    let records = file.add(bytes)
    #expect(file.damaged == 1 && !file.isBroken)
    #expect(records.count == 7)
    // A byte of a length.
    bytes[length] ^= 1
    file = RecordFile()
    #expect(file.add(bytes).count == 1)
    #expect(file.isBroken)
    #expect(file.add(LogFixture.tensorboard).isEmpty)

    let folder = try folder()
    try write(bytes, folder + "/events.out.tfevents.1")
    var follower = LogFollower(folder)
    #expect(follower.items(isOver: true).count == 1)
    #expect(follower.items(isOver: true).isEmpty)
  }

  @Test func longRecordsArePassedOver() {
    func record(_ body: Data) -> Data {
      func little(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(number >> (8 * UInt64($0)) & 0xff) }
      }
      let length = little(UInt64(body.count), 8)
      return Data(
        length + little(UInt64(Checksum.masked(length)), 4) + body + little(UInt64(Checksum.masked(body)), 4))
    }
    let long = record(Data(count: RecordFile.longestRecord + 1))
    let bytes = record(Data([1])) + long + record(Data([2])) + long + long + record(Data([3]))
    for size in [bytes.count, 4096, 1_000_003] {
      var file = RecordFile()
      var records: [Data] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        records += file.add(bytes.dropFirst(start).prefix(size))
      }
      #expect(records == [Data([1]), Data([2]), Data([3])])
    }
    // A length that no file can have.
    var file = RecordFile()
    let endless = [UInt8](repeating: 255, count: 8)
    let mark = Checksum.masked(endless)
    #expect(file.add(Data(endless + (0..<4).map { UInt8(mark >> (8 * UInt32($0)) & 0xff) })).isEmpty)
    #expect(file.isBroken)
  }

  @Test func anyBytesAreSurvived() {
    var generator = SeededRandom(seed: 1)
    let real = [LogFixture.transformers, LogFixture.tensorboardX, LogFixture.tensorboard]
    var whole = RecordFile()
    let records = real.flatMap { bytes in
      whole = RecordFile()
      return whole.add(bytes)
    }
    for _ in 0..<3_000 {
      // Records with some bytes changed, cut or doubled: the checksum would hold them back.
      var record = records.randomElement(using: &generator) ?? Data()
      for _ in 0..<Int.random(in: 1...6, using: &generator) where !record.isEmpty {
        let place = Int.random(in: 0..<record.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: record[record.startIndex + place] = UInt8.random(in: 0...255, using: &generator)
        case 1: record = Data(record.prefix(place))
        default: record = Data(record.prefix(place) + record.dropFirst(place / 2))
        }
      }
      if let event = ScalarEvent(record) {
        #expect(event.step >= 0 && event.values.count <= ScalarEvent.mostValues)
      }
      var file = RecordFile()
      _ = file.add(Data((0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }))
      _ = StepTextLine.items(record)
      _ = TrainerLogLine.items(record)
      _ = TrainerState(record)
    }
  }

  // MARK: All of them

  @Test func logsAreFoundByTheirNames() throws {
    let folder = try folder()
    #expect(LogFollower.find(in: folder) == nil)
    try write(Data(), folder + "/checkpoint-3/trainer_state.json")
    #expect(LogFollower.find(in: folder) == folder + "/trainer_state.json")
    try write(Data(), folder + "/runs/events.out.tfevents.1")
    #expect(LogFollower.find(in: folder) == folder)
    try write(Data(), folder + "/trainer_log.jsonl")
    #expect(LogFollower.find(in: folder) == folder + "/trainer_log.jsonl")
    try write(Data(), folder + "/events.jsonl")
    #expect(LogFollower.find(in: folder) == folder + "/events.jsonl")
    let forms = [
      "a/events.jsonl", "trainer_log.jsonl", "x.jsonl", "trainer_state.json", "log_17.txt", "runs",
      "events.out.tfevents.7",
    ]
    #expect(
      forms.map { LogFollower.Form($0) }
        == [.events, .trainerLog, .trainerLog, .trainerState, .stepText, .tensorBoard, .tensorBoard])
  }

  @Test func whatAnEarlierStartWroteIsNotToldAgain() throws {
    let folder = try folder()
    let log = folder + "/trainer_log.jsonl"
    try write(Data("{\"current_steps\": 1, \"loss\": 2}\n".utf8), log)
    try write(LogFixture.tensorboardX, folder + "/events.out.tfevents.1")
    try write(Data(LogFixture.trainerState.utf8), folder + "/trainer_state.json")
    let later = Date() + 60
    var line = LogFollower(log, since: later)
    var board = LogFollower(folder, since: later)
    var state = LogFollower(folder + "/trainer_state.json", since: later)
    #expect(line.items(isOver: true).isEmpty && board.items(isOver: true).isEmpty && state.items(isOver: true).isEmpty)
    try append(Data("{\"current_steps\": 2, \"loss\": 1}\n".utf8), log)
    #expect(numbers(line.items(isOver: true)) == ["2: 1.0"])
  }
}
