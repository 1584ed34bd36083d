import Domain

extension Workbench {
  /// Why a run stopped, and when it can go on by the time of day.
  func sentence(of stop: QuotaStop) -> String { stop.sentence(now: dependencies.now()) }
}
