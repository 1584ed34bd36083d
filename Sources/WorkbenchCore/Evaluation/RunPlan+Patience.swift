import Domain

extension RunPlan {
  /// How patient a run is.
  package struct Patience: Sendable, Hashable {
    /// Attempts for one case, at least 1, while no request of the run has been answered: the server may not be there.
    package var firstAttempts = 5
    /// Attempts for one case, at least 1, once the server has answered.
    package var attempts = 8
    /// Attempts for one case while the server only asks to slow down.
    package var busyAttempts = 20
    /// Further attempts for one case in the last pass, when all others are over.
    package var lastAttempts = 4
    /// Seconds of the first wait; each further one is twice as long, shortened by full jitter.
    package var firstDelay = 0.5
    /// The longest wait, in seconds.
    package var longestDelay = 30.0
    /// The longest that a run waits, in seconds, for a server that takes no request: at once, and without an answer between.
    package var longestWait = 600.0
    /// How long it waits, in seconds, where the server may mean a quota of a day and doesn't say so.
    package var unclearWait = 50.0
    /// Failures in a row, over all cases, after which the server counts as gone.
    package var failuresInARow = 10
    /// How many times a server that has answered and is gone is asked once more, after 1, 2, 4 … seconds.
    package var probes = 7
    /// The usual patience.
    package init() {}
  }
}
