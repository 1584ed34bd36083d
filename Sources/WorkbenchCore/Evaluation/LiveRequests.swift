import Domain
import Foundation
import Synchronization

/// The requests of a run that are under way, with what has come of their answers.
final class LiveRequests: Sendable {
  /// How much of an answer's end is kept.
  private static let textBytes = 4000
  private let requests = Mutex<[Int: RunProgress.RunningCase]>([:])

  /// A request is sent.
  func began(_ index: Int, _ request: RunProgress.RunningCase) { requests.withLock { $0[index] = request } }

  /// A piece of its answer came.
  func received(_ text: String, _ index: Int) {
    requests.withLock { requests in
      guard var all = requests[index]?.text else {
        requests[index]?.text = text
        return
      }
      requests[index]?.text = nil  // so that `all` is appended to in place
      all += text
      if all.utf8.count > 2 * Self.textBytes { all = String(all.suffix(Self.textBytes)) }
      requests[index]?.text = all
    }
  }

  /// It is over.
  func ended(_ index: Int) { requests.withLock { $0[index] = nil } }

  /// The longest under way first.
  var oldest: [RunProgress.RunningCase] {
    let all = requests.withLock { Array($0.values) }
    return Array(all.sorted { ($0.started, $0.id) < ($1.started, $1.id) }.prefix(RunProgress.mostRunning))
  }
}
