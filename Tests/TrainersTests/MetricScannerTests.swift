import Domain
import Evidence
import Foundation
import Testing
import TrainerLogs
import WorkbenchCore

@testable import Trainers

/// The quick way to read a line must say what the slow one says.
@Suite struct MetricScannerTests {
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  private func scanned(_ line: String) -> TrainingEvent? {
    Array(line.utf8).withUnsafeBytes { bytes in
      var scanner = MetricScanner(bytes)
      return scanner.item().flatMap { TrainingEvent($0.time, $0.item) }
    }
  }

  private static let usual =
    #"{"event": "train", "time": 1769420000.123, "step": 120, "loss": 0.47906976744186046, "learning_rate": 9e-05, "#
    + #""grad_norm": 1.25, "tokens_per_second": 5210.4, "steps_per_second": 5.021, "trained_tokens": 120000, "#
    + #""peak_memory_gb": 0.42}"#

  @Test func usualLinesAreReadTheQuickWay() {
    let event = scanned(Self.usual)
    #expect(event != nil && event == EventFile.decoded(Data(Self.usual.utf8)))
    let validation = #"{"event":"validation","time":1.5,"step":10,"loss":2.5,"seconds":0.125}"#
    #expect(scanned(validation)?.kind == .validation(step: 10, loss: 2.5))
    let compact = #"{"loss":1E+2,"step":-0,"time":-1.5e-3,"event":"train"}"#
    #expect(scanned(compact) == EventFile.decoded(Data(compact.utf8)) && scanned(compact) != nil)
  }

  @Test(arguments: [
    #"{"event":"train","time":1,"step":1,"loss":1,"loss":2}"#, #"{"event":"train","time":1,"step":1.0,"loss":1}"#,
    #"{"event":"train","time":1,"step":1,"loss":01}"#,
    #"{"event":"train","time":1,"step":1,"loss":1.}"#, #"{"event":"train","time":1,"step":1,"loss":.5}"#,
    #"{"event":"train","time":1,"step":1,"loss":1e}"#, #"{"event":"train","time":1,"step":1,"loss":1e400}"#,
    #"{"event":"train","time":1,"step":1,"loss":1,}"#, #"{"event":"train","time":1,"step":1,"loss":1}x"#,
    #"{"event":"train","time":1,"step":1,"loss":1"#, #"{"event":"train","time":1,"step":1,"loss":1,"more":[1]}"#,
    #"{"event":"tr\u0061in","time":1,"step":1,"loss":1}"#,
    #"{"event":"train","time":1,"step":9999999999999999999,"loss":1}"#,
    #"{"event":"system","time":1,"cpu":0.5}"#, "", "{", "[]", #"{"event":"train","time":1,"step":1,"loss":-}"#,
  ])
  func whatIsUnusualIsLeftToTheDecoder(_ line: String) {
    #expect(scanned(line) == nil)
    #expect(EventFile.event(Array(line.utf8)) == EventFile.decoded(Data(line.utf8)))
  }

  @Test(arguments: ["NaN", "null", "\"NaN\"", "\"nan\"", "Infinity", "\"-inf\""])
  func checkpointsWithoutANumberAreKept(_ word: String) {
    let line =
      #"{"event":"checkpoint","time":1,"step":3,"path":"checkpoints/0000003","validation_loss":\#(word),"best":false}"#
    guard case .checkpoint(let checkpoint)? = EventFile.event(Array(line.utf8))?.kind else {
      Issue.record("\(line) was not read")
      return
    }
    #expect(checkpoint.step == 3 && checkpoint.validationLoss?.isFinite == false)
  }

  @Test func nullIsNoNumberAndItsStateSaysWhat() {
    func loss(_ rest: String) -> Double? {
      guard
        case .validation(_, let loss)? =
          EventFile.event(Array(#"{"event":"validation","time":1,"step":3\#(rest)}"#.utf8))?.kind
      else { return nil }
      return loss
    }
    #expect(loss(#","loss":null"#)?.isNaN == true)
    #expect(loss(#","loss":null,"loss_state":"inf""#) == .infinity)
    #expect(loss("") == nil)
  }

  @Test func whatIsFoundBeforeAndAfterIsReadAndWrittenAgain() {
    let preflight = Preflight(
      check: "cut", file: "train.jsonl", count: 3, of: 9, rows: [1, 4], message: "3 of 9 rows are longer.",
      fix: "Raise.",
      accepted: "known")
    let answers = AnswerFigures(
      step: 4, count: 8, unending: 0.25, equal: 0.5, expectedEqual: 0.125, asBase: 0, logitChange: 1.5)
    for kind in [TrainingEvent.Kind.preflight(preflight), .answers(answers), .validation(step: 1, loss: .infinity)] {
      let event = TrainingEvent(time: 2, kind: kind)
      #expect(EventFile.event(Array(EventFile.line(event).utf8)) == event)
    }
    let ours =
      #"{"event": "answers", "time": 1, "step": 2, "count": 3, "unending": 0.0, "equal": 1.0, "as_base": 0.3333, "logit_change": 0.1}"#
    #expect(
      EventFile.event(Array(ours.utf8))?.kind
        == .answers(
          AnswerFigures(step: 2, count: 3, unending: 0, equal: 1, asBase: 0.3333, logitChange: 0.1)))
    for odd in ["1.5", "-1", "NaN"] {
      let line = #"{"event":"answers","time":1,"step":2,"count":3,"unending":\#(odd),"equal":1}"#
      #expect(EventFile.event(Array(line.utf8)) == nil)
    }
  }

  @Test func aLossThatIsNoNumberIsReported() {
    for (word, isNaN) in [
      ("NaN", true), ("Infinity", false), ("-Infinity", false), ("\"nan\"", true), ("\"inf\"", false),
    ] {
      let line = "{\"event\":\"train\",\"time\":1,\"step\":3,\"loss\":\(word)}"
      guard case .train(let metric)? = EventFile.event(Array(line.utf8))?.kind else {
        Issue.record("\(line) was not read")
        continue
      }
      #expect(metric.loss.isNaN == isNaN && !metric.loss.isFinite)
      let rate = "{\"event\":\"train\",\"time\":1,\"step\":3,\"loss\":1,\"tokens_per_second\":\(word)}"
      // The loss is known all the same.
      #expect(EventFile.event(Array(rate.utf8))?.kind == .train(Metric(step: 3, loss: 1)))
    }
  }

  @Test(arguments: [
    #"{"event":"train","time":1,"step":-1,"loss":1}"#,
    #"{"event":"train","time":1,"step":9223372036854775807,"loss":1}"#,
    #"{"event":"start","time":1,"steps":5,"train_rows":-9223372036854775808}"#,
    #"{"event":"checkpoint","time":1,"step":1000000000000000,"path":"x"}"#,
  ])
  func countsBeyondAllMeasureAreLeftOut(_ line: String) {
    #expect(EventFile.event(Array(line.utf8)) == nil)
  }

  @Test func numbersOfEveryLengthAreReadAsTheDecoderReadsThem() {
    var random = Numbers(state: 42)
    for round in 0..<6_000 {
      let number =
        switch round % 6 {
        case 0: "\(Double(bitPattern: random.next()))"
        case 1: "\(Double.random(in: -10...10, using: &random))"
        case 2: String(repeating: "7", count: 1 + round % 40) + "." + String(random.next())
        case 3:
          "0.\(String(repeating: "0", count: round % 10))\(random.next() >> UInt64.random(in: 0...40, using: &random))"
        case 4: "\(Double.random(in: 0...1e-3, using: &random))"
        default: "\(Int.random(in: 0...99_999, using: &random))e\(Int.random(in: -330...300, using: &random))"
        }
      guard !number.contains("n") else { continue }
      let line = "{\"event\":\"train\",\"time\":1,\"step\":3,\"loss\":\(number)}"
      let decoded = EventFile.decoded(Data(line.utf8))
      #expect(EventFile.event(Array(line.utf8)) == decoded, "\(number)")
      if let quick = scanned(line) { #expect(quick == decoded, "\(number)") }
    }
  }

  @Test func damagedLinesAreReadAsTheDecoderReadsThem() {
    var random = Numbers(state: 7)
    let pieces = Array(#"{}[]",:.eE+-0179 \nul"#.utf8) + [0, 9, 13, 0x80, 0xC3, 0xFF]
    for _ in 0..<4_000 {
      var line = Array(Self.usual.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<line.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: line[place] = pieces.randomElement(using: &random) ?? 0
        case 1: line.insert(pieces.randomElement(using: &random) ?? 0, at: place)
        case 2: line.remove(at: place)
        default:
          let end = min(line.count, place + Int.random(in: 1...30, using: &random))
          line.insert(contentsOf: line[place..<end], at: place)
        }
      }
      let text = String(decoding: line, as: UTF8.self)
      let decoded = EventFile.decoded(Data(line))
      let quick = line.withUnsafeBytes { bytes in
        var scanner = MetricScanner(bytes)
        return scanner.item().flatMap { TrainingEvent($0.time, $0.item) }
      }
      if let quick { #expect(quick == decoded, "\(text)") }
    }
  }
}
