import Domain
import Drawing
import Foundation
import PaneDriver
import Testing
import WorkbenchCore

@testable import PaneTraining

extension PaneDriver where P == TrainingPane {
  init(_ snapshot: Snapshot) { self.init(TrainingPane(), snapshot, size: Size(width: 120, height: 34)) }

  /// The jobs that the pane reads, newest first.
  var asked: [JobDetailQuery] { queries(JobDetailQuery.self).sorted { $0.id > $1.id } }
}

private typealias Desk = PaneDriver<TrainingPane>

struct KeyTests {
  @Test func movingToAJobOpensIt() {
    var desk = Desk(Sample.running())
    desk.press("j")
    #expect(desk.asked == [JobDetailQuery(JobID(2))])
    #expect(desk.text.contains("Job 2 ·"))
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.pane.area == .chart)
    desk.press("Esc k")
    #expect(desk.text.contains("Job 3 ·"))
  }

  @Test func panelsAreWalkedWithKeysAndArrows() {
    var desk = Desk(Sample.running())
    desk.press("l")
    #expect(desk.pane.area == .chart)
    desk.press("l")
    #expect(desk.pane.area == .checkpoints)
    desk.press("Right Right")
    #expect(desk.pane.area == .log)
    desk.press("Left h h h")
    #expect(desk.pane.area == .jobs)
  }

  @Test func arrowsReadTheCurveOff() {
    var desk = Desk(Sample.running())
    desk.press("l Left")
    #expect(desk.pane.area == .chart)
    #expect(desk.pane.charts.cursor == 240)
    desk.press("Left Left")
    #expect(desk.pane.charts.cursor == 230)
    #expect(desk.text.contains("step 230"))
    desk.press("Home")
    #expect(desk.pane.charts.cursor == 5)
    desk.press("Right")
    #expect(desk.pane.charts.cursor == 10)
    desk.press("Esc")
    #expect(desk.pane.charts.cursor == nil && desk.pane.area == .chart)
    desk.press("L S")
    #expect(desk.text.contains("log, smoothed 0.6"))
  }

  @Test func theCurvesAreZoomedAndPanned() throws {
    var desk = Desk(Sample.running())
    func seen() -> ClosedRange<Double>? { desk.snapshot.job.flatMap { desk.pane.charts.range($0) } }
    desk.press("l ,")
    #expect(desk.notices == ["All steps are shown: + zooms in."])
    #expect(seen() == 5...240)
    desk.press("+")
    #expect(seen() == 122.5...240)
    desk.press(",")
    #expect(seen() == 63.75...181.25)
    desk.press("Home")
    #expect(seen() == 5...122.5 && desk.pane.charts.cursor == 5)
    desk.press(".")
    #expect(seen() == 63.75...181.25)
    desk.press("- ")
    #expect(seen() == 5...240)
    desk.press("+ + + 0")
    #expect(seen() == 5...240)
  }

  @Test func whileTheNewestIsShownAZoomedChartGoesAlong() {
    var desk = Desk(Sample.running())
    desk.press("l +")
    desk.snapshot.job?.apply(Sample.observation([.train(Metric(step: 300, loss: 0.4))]))
    desk.draw()
    #expect(desk.snapshot.job.flatMap { desk.pane.charts.range($0) } == 182.5...300)
  }

  @Test func marksAreJumpedTo() {
    var desk = Desk(Sample.busy())
    desk.press("(")
    #expect(desk.pane.area == .chart && desk.pane.charts.cursor == 240)
    #expect(desk.text.contains("! 2 rows were longer than 256 tokens"))
    desk.press("(")
    #expect(desk.pane.charts.cursor == 230 && desk.text.contains("• submitted as 1234"))
    desk.press("(")
    #expect(desk.pane.charts.cursor == 200 && desk.text.contains("step 200 · 40 s in · ★ best checkpoint"))
    desk.press("( ( (")
    #expect(desk.pane.charts.cursor == 50 && desk.text.contains("◆ checkpoint, best so far"))
    desk.press("(")
    #expect(desk.notices == ["There is nothing more on the time line."])
    desk.press(")")
    #expect(desk.pane.charts.cursor == 100)
  }

  @Test func quantitiesAreChosen() {
    var desk = Desk(Sample.busy())
    desk.press("l O")
    #expect(desk.text.contains("━ learning rate"))
    desk.press("O O O O O O O O O O")
    #expect(desk.text.contains("━ loss") && !desk.text.contains("━ learning rate"))
    desk.press("o o o o")
    #expect(desk.text.contains("peak GB 0.42"))
    desk.press("o")
    #expect(desk.text.contains("GB 1.44") && !desk.text.contains("peak GB 0.42"))
    #expect(desk.text.contains("2 GPUs 94 % 24.0/160 GB 610 W 61 °C"))
  }

  @Test func jobsAreLaidOverOthers() {
    var desk = Desk(Sample.busy())
    desk.press("j Space")
    #expect(desk.asked == [JobDetailQuery(JobID(2))])
    desk.press("j Space k k l")
    #expect(desk.asked == [3, 2, 1].map { JobDetailQuery(JobID($0)) })
    #expect(desk.text.contains("job 2 ") && desk.text.contains("job 1 "))
    desk.press("Left Home")
    #expect(desk.text.contains("job 2 2.150"))
    desk.press("h j Space")
    #expect(desk.pane.jobs.overlaid == [JobID(1)])
  }

  @Test func theMouseReadsOffAndZooms() {
    var desk = Desk(Sample.running())
    let chart = desk.pane.panels.places[.chart] ?? .empty
    let middle = Point(x: chart.x + chart.width / 2, y: chart.y + 12)
    desk.send(.mouse(MouseEvent(.press(.left), at: middle)))
    #expect(desk.pane.area == .chart)
    #expect(desk.pane.charts.cursor.map { $0 > 90 && $0 < 150 } == true)
    desk.send(.mouse(MouseEvent(.wheelUp, at: middle)))
    #expect(desk.pane.charts.isZoomed)
    for _ in 0..<5 { desk.send(.mouse(MouseEvent(.wheelDown, at: middle))) }
    #expect(!desk.pane.charts.isZoomed)
  }

  @Test func theFormStartsAJob() throws {
    var desk = Desk(Sample.running())
    desk.press("a")
    #expect(desk.pane.capturesText)
    let queries = desk.pane.queries(desk.snapshot).compactMap { $0.base as? TrainingEstimateQuery }
    let asked = try #require(queries.first)
    desk.snapshot[asked] = .ready(
      TrainingEstimate(request: asked.request, rows: 540, steps: 400, tokens: 1_200_000))
    desk.draw()
    #expect(desk.text.contains("400 steps over 540 rows, about 1.2 M tokens"))
    desk.press("Down Down Down Down Down Down Down Backspace Backspace")
    desk.type("32")
    desk.press("Down Down Down Right Up Up")
    desk.press("Ctrl-s")
    let request = try #require(desk.commands.first?.work(as: TrainRequest.self))
    var settings = Sample.workspace().training.settings
    settings.rank = 32
    settings.schedule = .linear
    #expect(request == TrainRequest(base: "tiny", data: "train/main.jsonl", settings: settings, backend: "mlx"))
    #expect(!desk.pane.capturesText)
  }

  @Test func severalValuesMakeASweep() throws {
    var desk = Desk(Sample.running())
    desk.press("a Down Down Down Down Down Down Down")
    desk.type(", 32,64")
    desk.press("Enter")
    let request = try #require(desk.commands.first?.work(as: SweepRequest.self))
    #expect(request.axes[\.rank] == [16, 32, 64] && request.axes.count == 3)
    #expect(request.name == "sweep-1" && request.halving == nil && request.cases == 50)
  }

  @Test func aJobStartedHereIsShownWhenItIsThere() {
    var desk = Desk(Sample.running())
    desk.press("j a Enter")
    #expect(desk.commands.count == 1)
    desk.snapshot.jobs.insert(Sample.job(4, .queued), at: 0)
    _ = desk.pane.update(desk.snapshot)
    #expect(desk.asked == [JobDetailQuery(JobID(4))])
    desk.snapshot[JobDetailQuery(JobID(4))] = .ready(JobDetail(job: desk.snapshot.jobs[0]))
    desk.draw()
    #expect(desk.text.contains("Job 4 ·"))
    #expect(desk.text.contains("Starting the trainer …"))
    #expect(desk.pane.area == .chart)
  }

  @Test func whatIsWrongIsSaidAtItsField() {
    var desk = Desk(Sample.running())
    desk.press("a" + String(repeating: " Up", count: 10) + " Backspace Backspace Backspace")
    desk.type("0.7")
    #expect(desk.text.contains("✗ validation"))
    #expect(desk.text.contains("Expected a number from 0 to 0.5."))
    desk.press("Up Up")
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.notices == ["Expected a number from 0 to 0.5."])
    desk.press("Esc")
    #expect(!desk.pane.capturesText)
  }

  @Test func overlapWithEvalSetsIsAcceptedOnlyWhenAsked() throws {
    var desk = Desk(Sample.running())
    desk.press("a Up Space Enter")
    let request = try #require(desk.commands.first?.work(as: TrainRequest.self))
    #expect(request.allowLeaks)
  }

  @Test func passedOutputsAreCollected() {
    var desk = Desk(Sample.running())
    desk.press("C")
    #expect(desk.text.contains("64/100"))
    #expect(!desk.text.contains("task-only"))
    desk.press("j Enter")
    #expect(desk.commands.isEmpty)
    desk.press("Enter Left Enter Enter Enter")
    for _ in 0..<30 { desk.press("Backspace") }
    desk.type("../x.jsonl")
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    for _ in 0..<30 { desk.press("Backspace") }
    desk.type("train/two.jsonl")
    desk.press("Enter")
    #expect(desk.commands == [.collect(CollectRequest(run: RunID(2), prompt: "best", path: "train/two.jsonl"))])
  }

  @Test func severalRunsAreCollectedAsPairs() {
    var desk = Desk(Sample.running())
    desk.press("C Space j Space Enter Right Enter Enter")
    desk.type("0.8")
    desk.press("Enter")
    desk.type("7")
    desk.press("Enter")
    #expect(desk.text.contains("✗ agreement"))
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    desk.press("Backspace")
    desk.type("0.67")
    desk.press("Enter Enter")
    #expect(
      desk.commands == [
        .collect(
          CollectRequest(
            runs: [RunID(2), RunID(5)], kind: .pairs, prompt: "short",
            filter: CollectFilter(minScore: 0.8, minAgreement: 0.67), path: "train/pairs-2-5.jsonl"))
      ])
  }

  @Test func cancelingAsksFirst() {
    var desk = Desk(Sample.running())
    desk.press("x")
    #expect(desk.text.contains("Cancel job 3?"))
    desk.press("n")
    #expect(desk.commands.isEmpty && !desk.pane.capturesText)
    desk.press("x y")
    #expect(desk.commands == [.cancelJob(JobID(3))])
    desk.press("j x")
    #expect(desk.notices == ["This job is over."])
  }

  @Test func theLineForTheWorkspaceIsShown() {
    var desk = Desk(Sample.running())
    desk.press("u")
    #expect(desk.text.contains("tuned-3: { model: tiny, prompt: short, adapter: .assay/jobs/3/best }"))
    desk.press("y")
    #expect(desk.notices == ["the line:   tuned-3: { model: tiny, prompt: short, adapter: .assay/jobs/3/best }"])
    desk.press("Esc l l k u")
    #expect(desk.text.contains("adapter: .assay/jobs/3/checkpoints/150 }"))
    desk.press("Enter")
    #expect(!desk.pane.capturesText)
    #expect(
      desk.commands.last == .useAdapter(JobID(3), adapter: ".assay/jobs/3/checkpoints/150", name: nil))
    let count = desk.commands.count
    desk.press("Esc G u")
    #expect(desk.text.contains("The variant “tuned” uses it already."))
    desk.press("Enter")
    #expect(desk.commands.count == count)
  }

  @Test func checkpointsAreEvaluatedAndOneIsMadeTheBest() {
    var desk = Desk(Sample.running())
    desk.press("E b")
    #expect(desk.commands == [.evaluateCheckpoints(JobID(3), limit: 50)])
    #expect(desk.notices == ["Choose a checkpoint first, in the table of checkpoints."])
    desk.press("l l k b")
    #expect(desk.commands.last == .keepCheckpoint(JobID(3), step: 150))
    let variant = Variant(name: "tuned@3/150", model: "tiny", prompt: "short", adapter: "x")
    var summary = RunSummary()
    (summary.done, summary.mean) = (8, 0.75)
    desk.snapshot.runs.insert(
      Run(
        id: RunID(99), identity: ContentHash(hex: "99"), variant: variant, promptVersion: ContentHash(hex: "1"),
        set: "main",
        setHash: ContentHash(hex: "2"), state: .paused, started: Date(timeIntervalSince1970: 0), seconds: 1, cases: 100,
        summary: summary), at: 0)
    desk.draw()
    #expect(desk.text.contains("task") && desk.text.contains("75 %"))
  }

  @Test func theLogIsFollowedAndSearched() {
    var desk = Desk(Sample.running())
    #expect(desk.text.contains("saved checkpoints/200"))
    desk.snapshot.job?.log.append("one more line")
    desk.draw()
    #expect(desk.text.contains("one more line"))
    desk.press("/")
    #expect(desk.pane.capturesText && desk.pane.area == .log)
    desk.type("WARNING")
    desk.press("Enter")
    #expect(!desk.pane.capturesText)
    #expect(desk.text.contains("1 found"))
    #expect(!desk.pane.log.follows)
    desk.press("n N")
    #expect(desk.text.contains("warning: 2 rows"))
    desk.press("Esc G")
    #expect(desk.pane.log.follows)
    desk.press("k")
    #expect(!desk.pane.log.follows)
    desk.press("F")
    #expect(desk.pane.log.follows)
  }

  @Test func withoutALocalModelTheReasonIsSaid() {
    var snapshot = Sample.running()
    snapshot.workspace.models = []
    snapshot.runs = []
    var desk = Desk(snapshot)
    desk.press("a C")
    #expect(desk.notices.count == 2)
    #expect(desk.notices[0].contains("api: mlx"))
  }

  @Test func theMouseSelectsJobsAndPanels() {
    var desk = Desk(Sample.running())
    let jobs = desk.pane.panels.places[.jobs] ?? .empty
    desk.send(.mouse(MouseEvent(.press(.left), at: Point(x: jobs.x + 4, y: jobs.y + 3))))
    #expect(desk.asked == [JobDetailQuery(JobID(2))])
    let log = desk.pane.panels.places[.log] ?? .empty
    desk.send(.mouse(MouseEvent(.press(.left), at: Point(x: log.x + 4, y: log.y + 2))))
    #expect(desk.pane.area == .log)
  }

  @Test func everyBindingHasATitleAndReasonsAreSentences() {
    for snapshot in [Sample.running(), Snapshot(workspace: Workspace(folder: "/", name: "w"), time: Sample.time)] {
      for hint in Desk(snapshot).pane.hints(snapshot) {
        #expect(!hint.title.isEmpty && !hint.group.isEmpty && !hint.keys.isEmpty)
        #expect(hint.unavailable?.hasSuffix(".") ?? true)
      }
    }
  }
}

struct QueryTests {
  @Test func theNewestJobIsRead() {
    var desk = Desk(Sample.running())
    #expect(desk.asked == [JobDetailQuery(JobID(3))])
    desk.snapshot.job = nil
    desk.draw()
    #expect(desk.text.contains("Reading the job's files …"))
    desk.snapshot[JobDetailQuery(JobID(3))] = .failed("The folder of job 3 is gone.")
    desk.draw()
    #expect(desk.text.contains("The folder of job 3 is gone."))
  }

  @Test func aJobThatWasAskedForElsewhereIsTurnedTo() {
    let snapshot = Sample.running()
    var pane = TrainingPane()
    pane.reveal(Subject.job(JobID(1)), snapshot)
    #expect(pane.selected(snapshot)?.id == JobID(1))
    pane.reveal("something else", snapshot)
    #expect(pane.selected(snapshot)?.id == JobID(1))
  }

  @Test func nothingIsReadWithoutJobs() {
    #expect(TrainingPane().queries(Snapshot(workspace: Sample.workspace(), time: Sample.time)).isEmpty)
  }
}
