import Domain
import WorkbenchCore

/// A run and the one that is worth reading beside it.
struct RunPair {
  /// The prompted run, or of two of a kind the older.
  let a: Run
  /// The tuned run, or of two of a kind the newer.
  let b: Run
  /// The one of them that wasn't asked for.
  let other: Run

  /// The best run of the other kind on the same set, or else the run before it there, or the next after it.
  init?(_ run: Run, _ snapshot: Snapshot) {
    guard run.summary.scored > 0 else { return nil }
    var other = snapshot.sides(on: run.set).first { $0.variant.isTuned != run.variant.isTuned }
    var newer: Run?
    var older: Run?
    if other == nil || other?.summary.done == 0 {
      other = nil
      for candidate in snapshot.runs where candidate.set == run.set && candidate.id != run.id {
        guard candidate.summary.done > 0, candidate.variant.ablated == nil else { continue }
        if candidate.variant.isTuned != run.variant.isTuned {
          other = candidate
          break
        }
        if candidate.id > run.id { newer = candidate } else if older == nil { older = candidate }
      }
    }
    guard let other = other ?? older ?? newer else { return nil }
    self.other = other
    let isFirst = run.variant.isTuned == other.variant.isTuned ? run.id < other.id : !run.variant.isTuned
    (a, b) = isFirst ? (run, other) : (other, run)
  }

  /// Both, to be read side by side.
  var subject: Subject { .runs(a.id, b.id, set: a.set) }
}
