import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import TrainerLogs
@testable import Trainers

/// What trainers write, ours and others'.
@Suite struct EventFuzzTests {
  private static let events = [
    #"{"event": "start", "time": 1.5, "step": 0, "steps": 100, "first_step": 0, "train_rows": 50, "device": "cpu"}"#,
    #"{"event": "train", "time": 2.5, "step": 10, "loss": 1.25, "learning_rate": 1e-4, "tokens_per_second": 12.5, "grad_norm": NaN}"#,
    #"{"event": "validation", "time": 3, "step": 10, "loss": 1.5, "seconds": 0.4}"#,
    #"{"event": "checkpoint", "time": 4, "step": 10, "path": "checkpoints/10", "loss": 1.5}"#,
    #"{"event": "system", "time": 4, "cpu": 0.5, "memory": 1e9, "gpus": [{"name": "g", "utilization": 0.5}]}"#,
    #"{"event": "end", "time": 5, "step": 100, "state": "finished", "message": "done"}"#,
  ]
  private static let words = [
    "\"event\": ", "\"train\"", "\"validation\"", "\"checkpoint\"", "\"end\"", "\"step\": ", "\"loss\": ", "\"time\": ",
    "{", "}", ",", ":", "NaN", "Infinity", "-Infinity", "\"nan\"",
  ]

  /// The fast way and the slow one say the same, where both say something.
  @Test func events() async throws {
    try await Fuzzer("events", corpus: Self.events, words: Self.words).run { bytes, _ in
      let event = EventFile.event(bytes)
      guard let event, let slow = EventFile.decoded(bytes) else { return nil }
      // As text, since a loss that is no number equals nothing.
      let (fast, other) = ("\(event)", "\(slow)")
      return fast == other ? nil : "read as \(fast), and by the slow way as \(other)"
    }
  }

  /// What is read and written again is the same.
  @Test func eventsWritten() async throws {
    try await Fuzzer("events-written", corpus: Self.events, words: Self.words).run { bytes, _ in
      guard let event = EventFile.event(bytes) else { return nil }
      let line = EventFile.line(event)
      guard !line.dropLast().contains("\n") else { return "an event on two lines" }
      return EventFile.event(Array(line.utf8)) == nil ? "what was read and written can't be read" : nil
    }
  }

  @Test func logsOfOtherTrainers() async throws {
    let corpus = [
      #"{"current_steps": 5, "total_steps": 50, "loss": 0.9, "lr": 1e-4, "epoch": 0.1}"#,
      "{'loss': 1.23, 'grad_norm': 0.5, 'learning_rate': 2e-05, 'epoch': 0.02}",
      "step 20 | loss 1.5 | lr 1.00e-04", "Step 10/90: training loss=0.5", "Iter 10: Train loss 1.2, It/sec 3.4",
      "{\"global_step\": 10, \"max_steps\": 90, \"log_history\": [{\"step\": 5, \"loss\": NaN}, {\"eval_loss\": 1}]}",
      "\u{1B}[32m 10%|█  | 5/50 [00:01<00:09,  4.9it/s]\r 20%|██ | 10/50",
    ]
    let words = ["loss", "'loss': ", "step ", "lr ", "NaN", "Infinity", "{", "}", "'", "=", "|", "\u{1B}[", "\r"]
    try await Fuzzer("logs", corpus: corpus, words: words).run { bytes, _ in
      let data = Data(bytes)
      _ = (TrainerLogLine.items(data), StepTextLine.items(data), TrainerState(data), PythonJSON.plain(data))
      let clean = LogText.clean(String(decoding: bytes, as: UTF8.self))
      return clean.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "a control is left" : nil
    }
  }

  @Test func lastWords() async throws {
    let corpus = [
      "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\nRuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 8.00 GiB total capacity)",
      "ValueError: Row 17 of train.jsonl: no key \"messages\"", "FileNotFoundError: [Errno 2] No such file: 'x/y.json'",
      "ModuleNotFoundError: No module named 'trl'", "OSError: [Errno 28] No space left on device",
      "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: train.py FAILED", "Killed",
      "huggingface_hub.errors.GatedRepoError: 403 Client Error", "{'loss': nan, 'step': 10}",
    ]
    let words = [
      "Error: ", "line ", "Row ", "CUDA", "out of memory", "No module named ", "'", "\"", "nan", "\n", "File ",
    ]
    try await Fuzzer("last-words", corpus: corpus, words: words).run { bytes, generator in
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      let status = Int.random(in: -1...140, using: &generator)
      let sentence = LogDiagnosis.sentence(lines: lines, status: status < 0 ? nil : status)
      return sentence?.contains("\u{1B}") == true ? "a control character in a sentence" : nil
    }
  }

  /// TensorBoard's files.
  @Test func records() async throws {
    let corpus = [Self.record("loss", 1.25, step: 3), Self.record("eval/loss", .nan, step: 1 << 40)]
    try await Fuzzer("records", corpus: corpus + [corpus.joined().map { $0 }], words: ["loss"]).run {
      bytes, generator in
      var file = RecordFile()
      var records: [Data] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...64, using: &generator))
        records += file.add(Data(piece))
        rest = rest.dropFirst(piece.count)
      }
      for record in records + [Data(bytes)] {
        if let event = ScalarEvent(record), event.values.count > ScalarEvent.mostValues { return "too many values" }
      }
      return nil
    }
  }

  /// One record of a scalar, as TensorFlow writes it.
  private static func record(_ name: String, _ value: Float, step: UInt64) -> [UInt8] {
    func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    func varint(_ number: UInt64) -> [UInt8] {
      number < 128 ? [UInt8(number)] : [UInt8(number & 127) | 128] + varint(number >> 7)
    }
    func bytes(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
      [field << 3 | 2] + varint(UInt64(content.count)) + content
    }
    let scalar = bytes(1, Array(name.utf8)) + [2 << 3 | 5] + little(value.bitPattern)
    let event = [1 << 3 | 1] + little((1.5).bitPattern) + [2 << 3] + varint(step) + bytes(5, bytes(1, scalar))
    let length = little(UInt64(event.count))
    return length + little(Checksum.masked(length)) + event + little(Checksum.masked(event))
  }

  @Test func answersOfSlurm() async throws {
    let corpus = [
      "17|assay-1|RUNNING|None|2025-01-01T00:00:00|node1", "17|PENDING|(Priority)|N/A|", "18.batch|COMPLETED|0:0",
      "CANCELLED by 1000", "Submitted batch job 17", "17;cluster",
    ]
    let words = ["|", ";", "RUNNING", "PENDING", "CANCELLED by ", "OUT_OF_MEMORY", "0:9", "N/A", "Unknown"]
    try await Fuzzer("slurm", corpus: corpus, words: words).run { bytes, _ in
      let line = String(decoding: bytes, as: UTF8.self)
      _ = (SlurmQueue.job(inQueue: line), SlurmQueue.job(inAccounts: line), SlurmState(line))
      guard let number = SlurmQueue.number(line) else { return nil }
      return number.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "_") } ? nil : "a job called \(number)"
    }
  }
}
