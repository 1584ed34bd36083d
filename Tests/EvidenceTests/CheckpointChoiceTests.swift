import Evidence
import Testing

@Suite struct CheckpointChoiceTests {
  private typealias Behaviour = CheckpointChoice.Behaviour

  /// Noise in hundredths that is the same in every run.
  private static func noise(_ seed: Int, _ step: Int) -> Double {
    var state = UInt64(seed * 1000 + step + 1) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 31
    state = state &* 0xBF58_476D_1CE4_E5B9
    state ^= state >> 29
    return Double(state % 2001) / 1000 - 1
  }

  /// A job's evaluations from curves of the task score, the validation loss and the general score; the scores are those of
  /// 100 cases, with a noise of up to two.
  private func job(
    _ seed: Int, _ count: Int, task: (Double) -> Double, loss: (Double) -> Double, general: (Double) -> Double
  ) -> [Behaviour] {
    (1...count).map { number in
      let time = Double(number) / Double(count)
      func score(_ value: Double, _ salt: Int) -> Double {
        min(1, max(0, ((value + 0.02 * Self.noise(seed + salt, number)) * 100).rounded() / 100))
      }
      return Behaviour(
        step: number * 50, task: score(task(time), 0), taskCases: 100, general: score(general(time), 7),
        generalCases: 100, validationLoss: loss(time) * (1 + 0.002 * Self.noise(seed + 3, number)))
    }
  }

  /// Feeds a job's evaluations one by one; where it stops, with which best.
  private func replay(_ checkpoints: [Behaviour], base: Double = 0.8) -> (
    stop: Int?, reason: CheckpointChoice.Reason?, best: Int?
  ) {
    for count in 1...checkpoints.count {
      let choice = CheckpointChoice(Array(checkpoints.prefix(count)), base: base)
      if let reason = choice.stop { return (count - 1, reason, choice.best) }
    }
    return (nil, nil, CheckpointChoice(checkpoints, base: base).best)
  }

  @Test(arguments: 0..<20)
  func healthyRunsGoToTheirEnd(_ seed: Int) {
    let checkpoints = job(
      seed, 10, task: { 0.4 + 0.5 * $0 }, loss: { 2 - 1.5 * $0 }, general: { 0.8 - 0.03 * $0 })
    let (stop, _, best) = replay(checkpoints)
    #expect(stop == nil)
    #expect(best == 9)
  }

  @Test(arguments: 0..<20)
  func overfittedRunsStopSoonAfterTheirBest(_ seed: Int) {
    // Best at half the time.
    let checkpoints = job(
      seed, 12, task: { 0.9 - 1.4 * abs($0 - 0.5) }, loss: { 1 + 4 * abs($0 - 0.5) }, general: { _ in 0.79 })
    let (stop, reason, best) = replay(checkpoints)
    #expect(best == 5)
    #expect(reason == .overfitting)
    #expect((stop ?? .max) <= 5 + 2)
  }

  @Test(arguments: 0..<20)
  func forgettingStopsAndTheBestThatRemembersIsKept(_ seed: Int) {
    // The task still gets better while general tasks fall below the limit from the sixth evaluation on.
    let checkpoints = job(
      seed, 12, task: { 0.4 + 0.4 * $0 }, loss: { 2 - $0 },
      general: { $0 < 0.45 ? 0.8 : 0.66 - 0.3 * ($0 - 0.45) })
    let (stop, reason, best) = replay(checkpoints)
    #expect(reason == .forgetting && best == 4)
    #expect(stop == 6)
  }

  @Test func aScoreThatStaysStopsAfterAWhile() {
    let checkpoints = (1...9).map {
      Behaviour(step: $0, task: 0.7, taskCases: 100, validationLoss: 1 - 0.01 * Double($0))
    }
    let flat = checkpoints.enumerated().map { index, checkpoint in
      var checkpoint = checkpoint
      if index > 2 { checkpoint.task = 0.69 }
      return checkpoint
    }
    #expect(CheckpointChoice(Array(flat.prefix(6))).stop == nil)
    #expect(CheckpointChoice(Array(flat.prefix(7))).stop == .noProgress)
    var patient = CheckpointChoice.Patience()
    patient.evaluations = 0
    #expect(CheckpointChoice(flat, patience: patient).stop == nil)
  }

  @Test func whereAllForgetTheBestIsStillNamed() {
    let checkpoints = [(0.5, 0.2), (0.6, 0.1)].enumerated().map {
      Behaviour(step: $0.offset, task: $0.element.0, taskCases: 50, general: $0.element.1, generalCases: 50)
    }
    let choice = CheckpointChoice(checkpoints, base: 0.9)
    #expect(choice.best == 1 && choice.bestForgets && choice.stop == .forgetting)
    #expect(CheckpointChoice([]).best == nil && CheckpointChoice([]).stop == nil)
  }
}
