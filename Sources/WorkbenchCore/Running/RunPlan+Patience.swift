extension RunPlan {
  /// How patient a run is.
  public struct Patience: Sendable, Hashable {
    /// Attempts for one case, at least 1, while no request of the run has been answered: the server may not be there.
    public var firstAttempts = 5
    /// Attempts for one case, at least 1, once the server has answered.
    public var attempts = 8
    /// Attempts for one case while the server only asks to slow down.
    public var busyAttempts = 20
    /// Further attempts for one case in the last pass, when all others are over.
    public var lastAttempts = 4
    /// Seconds of the first wait; each further one is twice as long, shortened by full jitter.
    public var firstDelay = 0.5
    /// The longest wait, in seconds.
    public var longestDelay = 30.0
    /// The longest that a run waits, in seconds, for a server that takes no request: at once, and without an answer between.
    public var longestWait = 600.0
    /// How long it waits, in seconds, where the server may mean a quota of a day and doesn't say so.
    public var unclearWait = 30.0
    /// Failures in a row, over all cases, after which the server counts as gone.
    public var failuresInARow = 10
    /// How many times a server that has answered and is gone is asked once more, after 1, 2, 4 … seconds.
    public var probes = 7
    /// The usual patience.
    public init() {}
  }
}
