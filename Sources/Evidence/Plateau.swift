/// Whether the scores of a prompt's versions have stopped moving.
public struct Plateau: Sendable, Hashable {
  /// How one version compares with the one before it.
  public struct Change: Sendable, Hashable {
    /// The later version's score minus the earlier one's, −1 to 1.
    public var difference: Double
    /// Its 95 % interval.
    public var interval: Interval

    /// A change measured elsewhere.
    public init(difference: Double, interval: Interval) {
      self.difference = difference
      self.interval = interval
    }

    /// A change measured on the same cases, where A is the later version.
    public init(_ outcomes: PairedOutcomes) {
      self.init(difference: outcomes.difference, interval: outcomes.interval())
    }

    /// Whether the interval leaves 0 out.
    public var isDistinguishable: Bool { !interval.contains(0) }
  }

  /// What the last versions show.
  public enum State: Sendable, Hashable {
    /// Fewer changes than the window looks at.
    case tooFewVersions
    /// Some change in the window, or the whole way from its first to its last version, is distinguishable from 0.
    case moving
    /// No change in the window is distinguishable from 0, nor is the whole way.
    case flat
  }

  /// What the last versions show.
  public var state: State
  /// How many of the last changes are looked at.
  public var window: Int
  /// The changes that there are, oldest first.
  public var changes: [Change]
  /// The change from the first to the last version of the window, when it could be measured.
  public var overall: Change?

  /// Judges measured changes, oldest first.
  /// - Parameters:
  ///   - changes: each version against the one before.
  ///   - overall: the last version against the one before the window, if it was compared.
  ///   - window: how many changes must be flat, at least 1; 3 unless told.
  public init(changes: [Change], overall: Change? = nil, window: Int = 3) {
    self.window = max(1, window)
    self.changes = changes
    self.overall = overall
    let recent = changes.suffix(self.window)
    if recent.count < self.window {
      state = .tooFewVersions
    } else {
      state = recent.contains(where: \.isDistinguishable) || overall?.isDistinguishable == true ? .moving : .flat
    }
  }

  /// Judges versions by what each got right on the same cases, oldest version first.
  ///
  /// Every version must have one outcome per case, in the same order; where one has fewer, the cases that both versions
  /// have are compared.
  public init(versions: [[Bool]], window: Int = 3) {
    let window = max(1, window)
    let compare = { (later: [Bool], earlier: [Bool]) in Change(PairedOutcomes(zip(later, earlier).map { ($0, $1) })) }
    let changes = zip(versions.dropFirst(), versions).map(compare)
    let overall =
      versions.count > window ? compare(versions[versions.count - 1], versions[versions.count - 1 - window]) : nil
    self.init(changes: changes, overall: overall, window: window)
  }

  /// The largest gain over the window that the cases could still hide, 0 to 1; nil when it wasn't measured.
  public var hiddenGain: Double? { overall.map { max(0, $0.interval.high) } }
}
