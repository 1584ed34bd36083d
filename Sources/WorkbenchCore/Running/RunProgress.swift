import Foundation

/// How far a run under way is.
public struct RunProgress: Sendable, Hashable {
  /// Requests to be answered: cases, times repeats. Called outputs once they are.
  public var total: Int
  /// Those with an output.
  public var done = 0
  /// How many of `done` were there before.
  public var reused = 0
  /// Those given up without an answer.
  public var errors = 0
  /// Requests under way.
  public var inFlight = 0
  /// The most requests under way at once for now.
  public var width = 0
  /// Outputs a second over the last few seconds, where known.
  public var rate: Double?
  /// Dollars spent since it was started or gone on with, where the price is known.
  public var cost: Double?
  /// Replies whose cost isn't known.
  public var unpriced = 0
  /// What it is waiting for, when that isn't answers: for example `starting the local engine`.
  public var waiting: String?
  /// Why requests failed, with how often, those included that were sent again. At most `mostReasons` sentences.
  public var failures: [String: Int] = [:]
  /// Requests under way, the longest first; at most `mostRunning`.
  public var running: [RunningCase] = []
  /// The requests that took longest, the longest first; at most 5.
  public var slowest: [SlowCase] = []

  /// How many different reasons are told apart; further ones are counted as the last.
  public static let mostReasons = 20
  /// How many requests under way are named.
  public static let mostRunning = 64

  /// A request under way.
  public struct RunningCase: Sendable, Hashable, Identifiable {
    /// The case's id.
    public var caseID: String
    /// Which of the case's answers it is to be, from 0.
    public var sample: Int
    /// Which attempt it is, from 1.
    public var attempt: Int
    /// When it was sent.
    public var started: Date
    /// The answer so far, its last part where it is long; nil where it isn't streamed.
    public var text: String?
    /// Unique among those under way.
    public var id: String { sample == 0 ? caseID : "\(caseID)#\(sample + 1)" }
    /// Makes one.
    public init(caseID: String, sample: Int = 0, attempt: Int = 1, started: Date, text: String? = nil) {
      self.caseID = caseID
      self.sample = sample
      self.attempt = attempt
      self.started = started
      self.text = text
    }
  }

  /// A request that took long.
  public struct SlowCase: Sendable, Hashable {
    /// The case's id.
    public var caseID: String
    /// From sending to the last byte.
    public var seconds: Double
    /// Makes one.
    public init(caseID: String, seconds: Double) {
      self.caseID = caseID
      self.seconds = seconds
    }
  }

  /// Makes a progress.
  public init(
    done: Int = 0, total: Int, reused: Int = 0, errors: Int = 0, inFlight: Int = 0, rate: Double? = nil,
    waiting: String? = nil
  ) {
    self.done = done
    self.total = total
    self.reused = reused
    self.errors = errors
    self.inFlight = inFlight
    self.rate = rate
    self.waiting = waiting
  }

  /// Seconds to go at the present rate.
  public var remainingSeconds: Double? { rate.flatMap { $0 > 0 ? Double(total - done) / $0 : nil } }
}
