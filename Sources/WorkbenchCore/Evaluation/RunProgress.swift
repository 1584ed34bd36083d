import Domain
import Foundation

/// How far a run under way is.
package struct RunProgress: Sendable, Hashable {
  /// Requests to be answered: cases, times repeats. Called outputs once they are.
  package var total: Int
  /// Those with an output.
  package var done = 0
  /// How many of `done` were there before.
  package var reused = 0
  /// Those given up without an answer.
  package var errors = 0
  /// Requests under way.
  package var inFlight = 0
  /// The most requests under way at once for now.
  package var width = 0
  /// Outputs a second over the last few seconds, where known.
  package var rate: Double?
  /// Dollars spent since it was started or resumed, where the price is known.
  package var cost: Double?
  /// Replies whose cost isn't known.
  package var unpriced = 0
  /// What it is waiting for, when that isn't answers: for example `starting the local engine`.
  package var waiting: String?
  /// Why requests failed, with how often, those included that were sent again. At most `mostReasons` sentences.
  package var failures: [String: Int] = [:]
  /// Requests under way, the longest first; at most `mostRunning`.
  package var running: [RunningCase] = []
  /// The requests that took longest, the longest first; at most 5.
  package var slowest: [SlowCase] = []

  /// How many different reasons are told apart; further ones are counted as the last.
  package static let mostReasons = 20
  /// How many requests under way are named.
  package static let mostRunning = 64

  /// A request under way.
  package struct RunningCase: Sendable, Hashable, Identifiable {
    /// The case's id.
    package var caseID: String
    /// Which of the case's answers it is to be, from 0.
    package var sample: Int
    /// Which attempt it is, from 1.
    package var attempt: Int
    /// When it was sent.
    package var started: Date
    /// The answer so far, its last part where it is long; nil where it isn't streamed.
    package var text: String?
    /// Unique among those under way.
    package var id: String { sample == 0 ? caseID : "\(caseID)#\(sample + 1)" }
    package init(caseID: String, sample: Int = 0, attempt: Int = 1, started: Date, text: String? = nil) {
      self.caseID = caseID
      self.sample = sample
      self.attempt = attempt
      self.started = started
      self.text = text
    }
  }

  /// A request that took long.
  package struct SlowCase: Sendable, Hashable {
    /// The case's id.
    package var caseID: String
    /// From sending to the last byte.
    package var seconds: Double
    package init(caseID: String, seconds: Double) {
      self.caseID = caseID
      self.seconds = seconds
    }
  }

  package init(
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
  package var remainingSeconds: Double? { rate.flatMap { $0 > 0 ? Double(total - done) / $0 : nil } }
}
