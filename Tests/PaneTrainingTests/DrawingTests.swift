import Domain
import Drawing
import Evidence
import Foundation
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneTraining

struct DrawingTests {
  static let sizes = [(80, 22), (120, 34), (200, 48), (40, 8), (1, 1), (0, 0), (2, 40), (64, 3)]

  private func screen(_ snapshot: Snapshot, _ width: Int, _ height: Int, keys: String = "") -> Surface {
    var pane = TrainingPane()
    var surface = Surface(width: width, height: height)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    for key in keys.split(separator: " ").compactMap({ Key(String($0)) }) {
      _ = pane.react(to: .key(key), snapshot)
      surface = Surface(width: width, height: height)
      pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    }
    return surface
  }

  @Test(arguments: [(80, 22), (120, 34), (200, 48), (40, 8)])
  func looksAsRecorded(_ width: Int, _ height: Int) throws {
    try screen(Sample.running(), width, height).match(snapshot: "training-\(width)x\(height)")
  }

  @Test func theJobAloneOnANarrowScreen() throws {
    try screen(Sample.running(), 44, 20, keys: "l Left").match(snapshot: "job-44x20")
  }

  @Test(arguments: [
    ("busy", "l", 200, 48), ("gradient", "l O o o", 120, 34), ("zoomed", "l + ( (", 120, 34),
    ("zoomed", "l Left + + L", 80, 22), ("overlaid", "j Space j Space k k l S", 120, 34),
    ("overlaid", "j Space j Space k k l S", 80, 22),
  ])
  func everythingThatAJobCanReport(_ name: String, _ keys: String, _ width: Int, _ height: Int) throws {
    try screen(Sample.busy(), width, height, keys: keys).match(snapshot: "\(name)-\(width)x\(height)")
  }

  @Test func aLargeJobSaysHowFarItIsRead() {
    var snapshot = Sample.running()
    snapshot.job?.readShare = 0.426
    #expect(screen(snapshot, 120, 34).text().contains("Reading what it reported: 43 %."))
  }

  @Test(arguments: ["a", "C", "x", "u"])
  func whatLiesOverThePane(_ key: String) throws {
    let names = ["a": "form", "C": "collect", "x": "cancel", "u": "adapter"]
    try screen(Sample.running(), 80, 22, keys: key).match(snapshot: "\(names[key] ?? key)-80x22")
  }

  @Test func beforeAnyJob() throws {
    try screen(Snapshot(workspace: Sample.workspace(), time: Sample.time), 80, 22).match(snapshot: "no-jobs-80x22")
  }

  @Test func aFailedJobSaysWhyAndWhatNext() throws {
    var snapshot = Sample.running()
    var job = Sample.job(2, .failed, step: 35)
    job.message = "The machine ran out of memory. Try a smaller batch size or fewer max tokens."
    snapshot.jobs = [job]
    snapshot.job = Sample.detail(job, upTo: 35)
    snapshot.job?.job = job
    try screen(snapshot, 80, 22).match(snapshot: "failed-80x22")
  }

  @Test(arguments: TrainingJob.State.allCases)
  func everyStateIsDrawnAtEverySize(_ state: TrainingJob.State) {
    var snapshot = Sample.running()
    snapshot.jobs[0].state = state
    snapshot.jobs[0].message = "A sentence about it with é, 作 and 📦."
    let job = snapshot.jobs[0]
    snapshot.job?.job = job
    for (width, height) in Self.sizes {
      for keys in [
        "", "l", "l + + , . ( ) O o L S", "Space l", "l l", "l l l", "a", "C", "x", "u", "l l l / s t e p Enter",
      ] {
        _ = screen(snapshot, width, height, keys: keys)
      }
    }
  }

  @Test func aHostileLogIsDrawnAsText() {
    let hostile = "\u{1B}]0;owned\u{7}\u{1B}[2Jloss\t0.1\r作 é 📦 \u{202E}back \u{9B}31m"
    var snapshot = Sample.running(log: [hostile, hostile])
    snapshot.job?.warnings = [hostile]
    snapshot.jobs[0].message = hostile
    snapshot.jobs[0].data = hostile
    let job = snapshot.jobs[0]
    snapshot.job?.job = job
    snapshot.job?.checkpoints[0].path = hostile
    for (width, height) in Self.sizes where width > 10 {
      for keys in ["", "l l", "l l l", "u", "x"] {
        for cell in screen(snapshot, width, height, keys: keys).cells {
          #expect(cell.glyph.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
          #expect(!cell.glyph.text.unicodeScalars.contains("\u{202E}"))
        }
      }
    }
  }

  @Test func timesComeFromTheSnapshotAndTheEvents() {
    var snapshot = Sample.running()
    // 240 steps at 5 a second, two seconds ago; 160 steps to go.
    #expect(screen(snapshot, 120, 34).text().contains("240/400 · 0:30 left"))
    #expect(screen(snapshot, 120, 34).text().contains("· 50 s ·"))
    snapshot.time += 10
    #expect(screen(snapshot, 120, 34).text().contains("240/400 · 0:20 left"))
    snapshot.time += 80
    let text = screen(snapshot, 120, 34).text()
    #expect(text.contains("240/400 · 0:00 left"))
    #expect(text.contains("No word for 1:32."))
  }

  @Test func aCheckpointThatWasNotValidatedIsNotTheBest() {
    var job = Sample.job(4, .canceled, step: 31)
    job.validationLoss = 3.333  // of the untrained model
    job.adapter = ".assay/jobs/4/best"
    var detail = Sample.detail(job, upTo: 31)
    detail.checkpoints = [Checkpoint(step: 31, path: "checkpoints/0000031", isBest: true)]
    detail.job = job
    var snapshot = Sample.running()
    snapshot.jobs = [job]
    for loaded in [nil, detail] {
      snapshot.job = loaded
      let text = screen(snapshot, 200, 48).text()
      #expect(!text.contains("3.333") && !text.contains("★"))
      #expect(text.contains("last, not validated") == (loaded != nil))
    }
    #expect(screen(snapshot, 120, 34).text().contains("31        –  last"))
  }

  @Test func aLogWithoutAWordIsNoFailure() {
    let text = screen(Sample.running(log: []), 200, 48).text()
    #expect(text.contains("The trainer writes here only what goes wrong"))
  }

  @Test func whatDoesNotCountInTheFormSaysSo() {
    let surface = screen(Sample.running(), 80, 22, keys: "a")
    let text = surface.text()
    #expect(text.contains("steps override epochs"))
    #expect(text.contains("= 11.9 epochs"))
    #expect(text.contains("has no effect here"), "no rows are mixed in")
    #expect(
      surface.styledRuns().contains {
        $0.text.contains("epochs") && $0.style.foreground == Theme.dark[.textDim].foreground
      })
  }

  @Test func curvesDifferWithoutColour() {
    let lines = JobCharts().largeChart(Sample.detail(Sample.job(1, .running), upTo: 400)).series.map(\.line)
    #expect(lines == [.solid, .dashed])
    #expect(Set(OverlaidJob.looks.map(\.line)).count == OverlaidJob.looks.count)
    #expect(!OverlaidJob.looks.contains { $0.line == .solid })
  }

  @Test func aLossThatIsNoNumberIsNamed() {
    var snapshot = Sample.running()
    snapshot.job?.apply(Sample.observation([.train(Metric(step: 245, loss: .nan))]))
    let text = screen(snapshot, 120, 34).text()
    #expect(text.contains("The loss is not a number"))
    #expect(text.contains("loss not a number"))
  }

  @Test func aCollapsedModelIsToldAtItsCheckpoints() {
    var snapshot = Sample.running()
    let figures = AnswerFigures(step: 200, count: 80, unending: 0, equal: 0.975, expectedEqual: 0.3, asBase: 0)
    snapshot.job?.apply(Sample.observation([.answers(figures)]))
    let wide = screen(snapshot, 120, 34).text()
    #expect(wide.contains("Warning: At step 200, 78 of 80 answers are the same"))
    #expect(wide.contains("★ same"))
    #expect(screen(snapshot, 200, 48).text().contains("★ collapsed"))
  }

  @Test func aRefusedPreflightIsToldWhole() {
    var snapshot = Sample.running()
    var job = Sample.job(3, .failed)
    job.message =
      "Training did not start. 14 of 54 rows (train/odd.jsonl:1, 3, 5 and 11 more) have `reasoning_content`, which would not "
      + "be learnt: the chat template or the loss leaves it out. Remove these members. What is meant so can be accepted: "
      + "`assay jobs resume` with --accept row_members=REASON."
    snapshot.jobs = [job]
    snapshot.job = JobDetail(job: job)
    let text = screen(snapshot, 80, 22).text()
    for part in ["train/odd.jsonl:1,", "row_members=REASON."] {
      #expect(text.contains(part))
    }
  }

  @Test func theBestCheckpointIsMarked() {
    let detail = Sample.detail(Sample.job(1, .running), upTo: 400)
    #expect(JobFigures(detail: detail, time: 0).best?.step == 250)
    var snapshot = Sample.running()
    snapshot.jobs = [detail.job]
    snapshot.job = detail
    let rows = screen(snapshot, 200, 48).text().split(separator: "\n").filter { $0.contains("★ best") }
    #expect(rows.count == 1)
    #expect(rows.first?.contains("250   0.4500  ★ best  checkpoints/250") == true)
  }
}

struct CurveTests {
  @Test func aReplayedJobShowsThePlantedCurve() {
    let detail = Sample.detail(Sample.job(1, .running), upTo: 400)
    let chart = JobCharts().largeChart(detail)
    #expect(chart.series.count == 2)
    let columns = chart.series[0].points.columns(400, from: 1, to: 401)
    #expect(columns.compactMap { $0 }.count == 80)
    #expect(columns.compactMap { $0?.first } == detail.metrics.map { Double(Float($0.loss)) })
    let validations = chart.series[1].points.columns(400, from: 1, to: 401).enumerated().filter { $0.element != nil }
    #expect(validations.map { $0.offset + 1 } == [50, 100, 150, 200, 250, 300, 350, 400])
    #expect(validations.min { ($0.element?.low ?? 9) < ($1.element?.low ?? 9) }?.offset == 249)
  }

  @Test func smoothingTakesTheNoiseAway() {
    let detail = Sample.detail(Sample.job(1, .running), upTo: 400)
    var charts = JobCharts()
    func roughness() -> Double {
      let values = charts.points(.loss, detail).columns(80, from: 1, to: 401).compactMap { $0?.first }.suffix(40)
      return zip(values, values.dropFirst()).map { abs($0 - $1) }.reduce(0, +) / 39
    }
    let rough = roughness()
    charts.smoothing = charts.smoothing.next
    let smooth = roughness()
    charts.smoothing = charts.smoothing.next
    #expect(rough > 0.09 && smooth < rough / 2 && roughness() < smooth)
    #expect(charts.points(.validationLoss, detail).smoothing == .none)
    #expect(charts.smoothing.next.next.next == .none)
  }

  @Test func aSparklineKeepsPeaks() {
    func text(_ values: [Double], width: Int) -> String {
      var series = StepSeries()
      for (step, value) in values.enumerated() { series.append(value, at: step) }
      return Sparkline.text(CurvePoints(series: series), in: 0...Double(max(1, values.count - 1)), width: width)
    }
    #expect(text([0, 1, 0, 0, 2, 0], width: 6) == "▁▅▁▁█▁")
    #expect(text([0, 9, 0, 0, 0, 0, 0, 0], width: 4) == "█▁▁▁")
    #expect(text([.nan], width: 4).isEmpty)
    #expect(text([3, 3], width: 0).isEmpty)
  }
}
