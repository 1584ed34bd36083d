import Drawing
import Evidence
import Foundation
import PaneTraining
import WorkbenchCore

@testable import Trainers

/// Measures the monitor on a long job: `monitor STEPS FOLDER`, see monitor.sh.
@main struct Monitor {
  static let clock = ContinuousClock()

  static func main() {
    let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000_000
    let folder = CommandLine.arguments.dropFirst(2).first ?? NSTemporaryDirectory()
    measureSeries(steps)
    let file = folder + "/events-\(steps).jsonl"
    write(file, steps)
    let detail = read(file)
    measureFrames(detail)
  }

  static func seconds(_ work: () -> Void) -> Double {
    let start = clock.now
    work()
    return Double((clock.now - start) / .nanoseconds(1)) / 1e9
  }

  static func tell(_ what: String, _ text: String) {
    print(what.padding(toLength: 58, withPad: " ", startingAt: 0) + text)
  }

  static func format(_ value: Double, _ places: Int = 2) -> String { String(format: "%.\(places)f", value) }

  /// Resident memory in bytes, where the system tells it.
  static var memory: Double {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 4096
  }

  static func loss(_ step: Int, _ state: inout UInt64) -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return 0.2 + 2.4 / (1 + Double(step) / 500_000) + Double(state % 1_000) / 2_000
  }

  static func measureSeries(_ steps: Int) {
    var series = StepSeries()
    var state: UInt64 = 88_172_645_463_325_252
    let before = memory
    let time = seconds { for step in 0..<steps { series.append(loss(step, &state), at: step) } }
    tell("append \(steps) points", "\(format(time)) s")
    tell("memory of them", "\(format((memory - before) / 1e6, 1)) MB")
    for smoothing in [StepSeries.Smoothing.none, .strong] {
      let times = (0..<200).map { _ in
        seconds { precondition(series.columns(360, from: 0, to: Double(steps), smoothing).count == 360) }
      }.sorted()
      tell("360 columns of all, smoothing \(smoothing)", "\(format(times[100] * 1e6, 0)) µs median")
    }
    let copy = series
    tell("append one to a copy", "\(format(seconds { series.append(1, at: steps) } * 1e6, 1)) µs")
    tell("drop the last half", "\(format(seconds { series.removeAll(after: steps / 2) } * 1e6, 1)) µs")
    precondition(copy.count == steps)
  }

  static func write(_ file: String, _ steps: Int) {
    guard !FileManager.default.fileExists(atPath: file) else { return }
    guard FileManager.default.createFile(atPath: file, contents: nil), let handle = FileHandle(forWritingAtPath: file)
    else { return }
    var state: UInt64 = 88_172_645_463_325_252
    var text = "{\"event\":\"start\",\"time\":1769420000,\"steps\":\(steps),\"train_rows\":1000,\"valid_rows\":100}\n"
    for step in 1...steps {
      let loss = loss(step, &state)
      text +=
        "{\"event\": \"train\", \"time\": \(1_769_420_000 + Double(step) / 8), \"step\": \(step), \"loss\": \(loss), "
      text += "\"learning_rate\": \(2e-4 * (1 - Double(step) / Double(steps))), \"grad_norm\": \(loss * 1.7), "
      text += "\"tokens_per_second\": 5210.4, \"steps_per_second\": 8.021, \"trained_tokens\": \(step * 512), "
      text += "\"peak_memory_gb\": 12.125}\n"
      if text.utf8.count > 1 << 22 {
        handle.write(Data(text.utf8))
        text = ""
      }
    }
    handle.write(Data(text.utf8))
    try? handle.close()
  }

  static func read(_ file: String) -> JobDetail {
    var tail = FileTail(path: file, offset: 0)
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "mlx", base: "tiny", data: "train/main.jsonl", settings: TrainingSettings(),
        state: .running, created: Date(timeIntervalSince1970: 1_769_420_000)))
    let before = memory
    var (parsing, applying, longest, parts) = (0.0, 0.0, 0.0, 0)
    repeat {
      var events: [TrainingEvent] = []
      parsing += seconds { events = tail.lines(includingTorn: false).compactMap { EventFile.event($0) } }
      let time = seconds {
        detail.apply(
          TrainerObservation(events: events, offset: tail.offset, isAlive: true, exitStatus: nil, log: []))
      }
      applying += time
      longest = max(longest, time)
      parts += 1
    } while tail.hasMore
    tell("read \(tail.size / 1_000_000) MB of events.jsonl, in \(parts) parts", "\(format(parsing)) s")
    tell("take them into the job's curves", "\(format(applying)) s, longest part \(format(longest * 1e3, 1)) ms")
    tell("memory of the job with all its curves", "\(format((memory - before) / 1e6, 1)) MB")
    return detail
  }

  static func measureFrames(_ detail: JobDetail) {
    var workspace = Workspace(folder: "/nowhere", name: "bench")
    workspace.training.settings = TrainingSettings()
    var snapshot = Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 1_771_000_000))
    snapshot.jobs = [detail.job]
    snapshot.job = detail
    for (name, keys) in [("all of it", "l"), ("zoomed in", "l + + + + + +"), ("smoothed, log", "l S S S L")] {
      var pane = TrainingPane()
      for key in keys.split(separator: " ").compactMap({ Key(String($0)) }) { _ = pane.react(to: .key(key), snapshot) }
      var times: [Double] = []
      for frame in 0..<500 {
        let key: Key = frame % 2 == 0 ? .left : ","
        times.append(
          seconds {
            _ = pane.react(to: .key(key), snapshot)
            var surface = Surface(width: 200, height: 50)
            pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
          })
      }
      times.sort()
      tell(
        "a key and its frame at 200x50, \(name)",
        "\(format(times[250] * 1e3)) ms median, \(format(times[494] * 1e3)) ms p99, \(format(1 / times[494], 0)) frames/s"
      )
    }
  }
}
