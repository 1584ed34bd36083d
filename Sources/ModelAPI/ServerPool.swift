import Foundation

/// Which of several servers of one model takes the next request. A pure value: time is passed in, as seconds on any
/// steady clock, and it never waits itself.
///
/// The next request goes to the server with the least expected time to serve it: requests under way there, counting this
/// one, times its recent latency. All are looked at instead of two drawn by chance (power of two choices): that trick
/// helps where load is known late or servers are many, and here it is known at once and there are a few.
///
/// A server that can't be reached leaves the rotation at once, one that fails otherwise after three failures in a row. It
/// is asked for nothing for a pause, which doubles each time; then a check that costs nothing decides whether it may
/// have one request, and that request decides whether it is up.
struct ServerPool: Sendable {
  /// What became of a request, as far as it tells something of the server.
  enum Outcome: Sendable, Hashable {
    /// It was answered after so many seconds.
    case answered(latency: Double)
    /// The server answers, but not this request.
    case refused
    /// The server wants to be left alone for a time.
    case busy(retryAfter: Double?, why: String)
    /// The server couldn't be reached, or the connection to it broke.
    case lost(why: String)
    /// The server failed.
    case failed(why: String)
    /// The request ended before anything could be seen.
    case abandoned
  }

  /// What a server is fit for.
  enum Standing: Sendable, Hashable {
    /// In rotation.
    case up
    /// Wants no request before a time.
    case busy(until: Double, why: String)
    /// Out of rotation, not to be looked at before a time.
    case down(until: Double, why: String)
    /// Out of rotation; a check is under way.
    case checking(why: String)
    /// Seems to be back: one request at a time shows.
    case trial(why: String)
  }

  private struct Server {
    var standing = Standing.up
    var underWay = 0
    /// Seconds for an answer, lately.
    var latency: Double?
    var measured = 0.0
    var failuresInARow = 0
    /// Seconds out of rotation the next time.
    var pause = ServerPool.firstPause
    var lastChosen = 0
  }

  /// Seconds that a server is left alone at first.
  static let firstPause = 0.5
  /// Seconds that it is left alone at most.
  static let longestPause = 30.0
  /// Seconds that a server is left alone whose quota is used up.
  static let quotaPause = 3600.0
  /// Failures in a row, other than of the connection, after which it is left alone.
  static let failuresInARow = 3
  /// The weight of the newest latency.
  static let weight = 0.25
  /// Seconds in which what is known of a server's latency loses half its weight: one that was slow to begin, because it
  /// had to load the model say, soon gets its chance again.
  static let halfLife = 5.0

  private var servers: [Server]
  private var choices = 0

  /// Servers that are all in rotation.
  init(count: Int) { servers = Array(repeating: Server(), count: count) }

  /// What a server is fit for.
  func standing(of index: Int) -> Standing { servers[index].standing }

  /// Requests under way at a server.
  func underWay(at index: Int) -> Int { servers[index].underWay }

  /// The server for the next request, which counts as under way there from now on; nil when there is none.
  /// - Parameter excluded: servers that have had the request before.
  /// - Parameter quiet: servers that want no request for now; they are chosen when there is no other.
  mutating func take(now: Double, excluding excluded: Set<Int> = [], quiet: Set<Int> = []) -> Int? {
    for index in servers.indices {
      if case .busy(let until, _) = servers[index].standing, until <= now { servers[index].standing = .up }
    }
    let open = servers.indices.filter { !excluded.contains($0) }
    let isAnyUp = open.contains { servers[$0].standing == .up }
    // A server on trial has one request at a time, unless there is nobody else.
    let trial = open.first { index in
      guard case .trial = servers[index].standing else { return false }
      return servers[index].underWay == 0 || !isAnyUp
    }
    let up = open.filter { servers[$0].standing == .up }
    let willing = up.filter { !quiet.contains($0) }
    guard let chosen = trial ?? best(of: willing.isEmpty ? up : willing, now: now) else { return nil }
    choices += 1
    servers[chosen].underWay += 1
    servers[chosen].lastChosen = choices
    return chosen
  }

  private func best(of candidates: [Int], now: Double) -> Int? {
    // A server that nothing is known of counts like the best.
    let usual = candidates.compactMap { servers[$0].latency }.min() ?? 1
    func latency(_ index: Int) -> Double {
      guard let latency = servers[index].latency else { return usual }
      // The ratio's logarithm fades.
      return usual * pow(latency / usual, exp2(-(now - servers[index].measured) / Self.halfLife))
    }
    return candidates.min { left, right in
      let costs = [left, right].map { Double(servers[$0].underWay + 1) * latency($0) }
      return costs[0] == costs[1] ? servers[left].lastChosen < servers[right].lastChosen : costs[0] < costs[1]
    }
  }

  /// A request that `take` gave to a server has ended at time `now`.
  mutating func finish(_ index: Int, _ outcome: Outcome, now: Double) {
    servers[index].underWay -= 1
    switch outcome {
    case .abandoned: break
    case .answered(let latency):
      if isDown(index) { break }
      let latency = max(latency, 1e-4)
      servers[index].latency = servers[index].latency.map { $0 + Self.weight * (latency - $0) } ?? latency
      servers[index].measured = now
      works(index)
    case .refused: if !isDown(index) { works(index) }
    case .busy(let retryAfter, let why):
      if isDown(index) { break }
      // Without a time of its own, as long as it would be left alone after a failure.
      let until = now + (retryAfter ?? servers[index].pause)
      if case .busy(let later, _) = servers[index].standing, later >= until { break }
      if retryAfter == nil { lengthenPause(index) }
      servers[index].standing = .busy(until: until, why: why)
    case .lost(let why):
      if !isDown(index) { drop(index, why, now: now) }
    case .failed(let why):
      if isDown(index) { break }
      servers[index].failuresInARow += 1
      if case .trial = servers[index].standing { return drop(index, why, now: now) }
      if servers[index].failuresInARow >= Self.failuresInARow { drop(index, why, now: now) }
    }
  }

  /// Whether it has left the rotation: what requests that were sent before then tell is old.
  private func isDown(_ index: Int) -> Bool {
    switch servers[index].standing {
    case .down, .checking: true
    case .up, .busy, .trial: false
    }
  }

  private mutating func works(_ index: Int) {
    servers[index].failuresInARow = 0
    if case .busy = servers[index].standing { return }
    servers[index].standing = .up
    servers[index].pause = Self.firstPause
  }

  private mutating func drop(_ index: Int, _ why: String, now: Double) {
    servers[index].standing = .down(until: now + servers[index].pause, why: why)
    servers[index].failuresInARow = 0
    lengthenPause(index)
  }

  private mutating func lengthenPause(_ index: Int) {
    servers[index].pause = min(Self.longestPause, servers[index].pause * 2)
  }

  /// Servers whose pause is over at time `now`; each must be checked and told of with `checked`.
  mutating func takeChecks(now: Double) -> [Int] {
    servers.indices.filter { index in
      guard case .down(let until, let why) = servers[index].standing, until <= now else { return false }
      servers[index].standing = .checking(why: why)
      return true
    }
  }

  /// Whether some check is under way.
  var isChecking: Bool {
    servers.contains { if case .checking = $0.standing { true } else { false } }
  }

  /// A check has ended at time `now`.
  /// - Parameter failure: why the server is still out; nil when it may be tried.
  mutating func checked(_ index: Int, failure: String?, now: Double) {
    guard case .checking(let why) = servers[index].standing else { return }
    if let failure { drop(index, failure, now: now) } else { servers[index].standing = .trial(why: why) }
  }

  /// Seconds until some server takes a request, of those that haven't left the rotation; nil when they all have.
  /// - Parameter quiet: for how many seconds each server wants none, by its index.
  func wait(now: Double, quiet: [Int: Double] = [:]) -> Double? {
    servers.indices.compactMap { index in
      switch servers[index].standing {
      case .up, .trial: quiet[index] ?? 0
      case .busy(let until, _): max(0, until - now, quiet[index] ?? 0)
      case .down, .checking: nil
      }
    }.min()
  }

  /// Why a server takes no request; nil when it does.
  func reason(_ index: Int) -> String? {
    switch servers[index].standing {
    case .up: nil
    case .busy(_, let why), .down(_, let why), .checking(let why), .trial(let why): why
    }
  }
}
