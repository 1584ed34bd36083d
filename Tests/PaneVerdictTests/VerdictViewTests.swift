import Domain
import Drawing
import Evidence
import Foundation
import PaneDriver
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneVerdict

/// The forecast, the parts and the criteria, which take the place of the advice.
@Suite struct VerdictViewTests {
  private func run(_ number: Int64, _ name: String, tuned: Bool, passed: Int) -> Run {
    var summary = RunSummary()
    (summary.done, summary.passed, summary.mean) = (100, passed, Double(passed) / 100)
    return Run(
      id: RunID(number), identity: ContentHash(hex: "\(number)"),
      variant: Variant(name: name, model: "tiny", prompt: "p", adapter: tuned ? "a" : nil),
      promptVersion: ContentHash(hex: "v"), set: "main", setHash: ContentHash(hex: "s"), state: .finished,
      started: Date(timeIntervalSince1970: 0), seconds: 9, cases: 100, summary: summary)
  }

  private func cost() -> CostModel {
    let rates = TokenRates(input: 10, output: 10)
    return CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: rates),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: rates),
      investment: TuningInvestment(training: 9000, engineeringHours: 0, hourlyRate: 0), queriesPerMonth: 40_000)
  }

  private func snapshot(priced: Bool = true) -> Snapshot {
    let (prompted, tuned) = (run(1, "prompted", tuned: false, passed: 70), run(2, "tuned", tuned: true, passed: 92))
    var workspace = Workspace(folder: "/nowhere", name: "sample")
    workspace.variants = [prompted.variant, tuned.variant]
    var snapshot = Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 0))
    snapshot.runs = [tuned, prompted]
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: Proportion(successes: 70, of: 100).estimate)
    facts.tuned = VariantFacts(name: "tuned", score: Proportion(successes: 92, of: 100).estimate)
    facts.comparison = PairedComparison(PairedOutcomes(both: 66, onlyA: 26, onlyB: 4, neither: 4))
    if priced { facts.cost = cost() }
    var report = VerdictReport(
      set: "main", runs: [prompted, tuned], prompted: prompted, tuned: tuned, comparison: facts.comparison,
      cost: facts.cost, advice: Advice(facts))
    report.criteria = Criteria(facts, Criteria.Workshop()).rows
    if priced {
      var inputs = CostForecast.Inputs()
      (inputs.volume, inputs.saving, inputs.hosting) = (.range(low: 20_000, high: 80_000), 0.018, .exact(0))
      (inputs.training, inputs.hours, inputs.rate) = (.exact(9000), .exact(0), .exact(0))
      (inputs.retrainingsPerYear, inputs.retrainingCost) = (.exact(0), .exact(0))
      report.forecast = MoneyForecast(inputs)
    }
    snapshot[VerdictQuery()] = .ready(report)
    return snapshot
  }

  /// Scores of one tag that is named as long as a person likes, and of a field.
  private var breakdown: RunBreakdown {
    let long = PairedComparison(PairedOutcomes(both: 40, onlyA: 15, onlyB: 1, neither: 4))
    var breakdown = RunBreakdown()
    breakdown.parts[.tag] = [
      RunBreakdown.Part(
        name: "a tag with a name that is longer than most of them are", cases: 60,
        scores: [Proportion(successes: 41, of: 60).estimate, Proportion(successes: 55, of: 60).estimate], pairs: long),
      RunBreakdown.Part(name: "short", cases: 2, scores: [nil, nil], pairs: nil),
    ]
    return breakdown
  }

  private func driver(_ keys: String, _ size: Size, priced: Bool = true) -> PaneDriver<VerdictPane> {
    var snapshot = snapshot(priced: priced)
    snapshot[BreakdownQuery([RunID(1), RunID(2)], set: "main")] = .ready(breakdown)
    var driver = PaneDriver(VerdictPane(), snapshot, size: size)
    driver.press(keys)
    return driver
  }

  @Test(arguments: ["w", "w w", "w w w"], [Size(width: 80, height: 21), Size(width: 140, height: 40)])
  func looksAsRecorded(_ keys: String, _ size: Size) throws {
    var pane = driver(keys, size).pane
    var snapshot = snapshot()
    snapshot[BreakdownQuery([RunID(1), RunID(2)], set: "main")] = .ready(breakdown)
    var surface = Surface(width: size.width, height: size.height)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    try surface.match(snapshot: "view-\(keys.split(separator: " ").count)-\(size.width)x\(size.height)")
  }

  @Test func aKeyTurnsToTheNextViewAndBack() {
    var driver = driver("", Size(width: 100, height: 30))
    for title in ["Forecast", "Parts", "Side by side", "Router", "Advice"] {
      driver.press("w")
      #expect(driver.text.contains("\(title) "), "\(title)")
    }
  }

  /// Both best variants are read above whatever is shown, at the smallest size that is used.
  @Test(arguments: ["", "w", "w w", "w w w"]) func theBestOfBothStayInSight(_ keys: String) {
    let driver = driver(keys, Size(width: 80, height: 21))
    #expect(driver.text.contains("prompted    prompted") && driver.text.contains("tuned       tuned"), "\(keys)")
  }

  @Test func theForecastNamesItsCrossingAndItsChances() throws {
    let driver = driver("w", Size(width: 80, height: 40))
    #expect(driver.text.contains("▲ same after 12.5 months"))
    for months in CostForecast.months { #expect(driver.text.contains("within \(months) months")) }
    #expect(driver.text.contains("never"))
    #expect(driver.text.contains("queries_per_month (20,000 to 80,000)"))
  }

  /// Unknown is not zero: without prices there is no chart and no chance.
  @Test func withoutPricesNothingIsForecast() {
    let driver = driver("w", Size(width: 100, height: 30), priced: false)
    #expect(driver.text.contains("can't be worked out yet"))
    #expect(!driver.text.contains("months"))
  }

  @Test func aTornadosBarOpensItsFact() {
    var driver = driver("w", Size(width: 100, height: 40))
    for _ in 0..<20 where driver.pane.line(driver.snapshot)?.text.contains("queries_per_month") != true {
      driver.press("j")
    }
    driver.press("Enter")
    #expect(driver.text.contains("Facts ·") && driver.text.contains("queries_per_month:"))
  }

  @Test func partsAreAskedForOnlyWhileTheyAreShown() {
    var driver = driver("w", Size(width: 100, height: 30))
    #expect(driver.queries(BreakdownQuery.self).isEmpty)
    driver.press("w")
    #expect(driver.queries(BreakdownQuery.self) == [BreakdownQuery([RunID(1), RunID(2)], set: "main")])
    #expect(driver.text.contains("68 % [56, 79]") && driver.text.contains("92 %"))
    driver.press("Enter")
    #expect(driver.revealed == [Subject.runs(RunID(1), RunID(2), set: "main")])
  }

  @Test func aRouterIsAskedForOnlyWhileItIsShown() {
    var driver = driver("w w w", Size(width: 100, height: 30))
    #expect(driver.queries(RouterLabQuery.self).isEmpty)
    driver.press("w")
    #expect(driver.queries(RouterLabQuery.self) == [RouterLabQuery("prompted", "tuned")])
    #expect(driver.text.contains("Learning routers from the stored answers"))
    driver.snapshot[RouterLabQuery("prompted", "tuned")] = .failed("Nothing was asked on both.")
    driver.press("j")
    #expect(driver.text.contains("Nothing was asked on both."))
  }

  @Test func whatIsUnknownSaysSoBesideTheOtherCriteria() {
    for size in [Size(width: 80, height: 60), Size(width: 160, height: 60)] {
      let driver = driver("w w w", size)
      #expect(driver.text.contains("not known)") && driver.text.contains("(measured)"))
      #expect(driver.text.contains("custom behaviour") && driver.text.contains("lock-in"))
    }
  }

  @Test(arguments: [(80, 21), (44, 20), (20, 8), (3, 3), (1, 1), (200, 50)]) func everySizeIsDrawn(
    _ width: Int, _ height: Int
  ) {
    for keys in ["w", "w w", "w w w"] { _ = driver(keys + " j j Down", Size(width: width, height: height)) }
  }
}
