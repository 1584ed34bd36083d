/// Whether a job has begun to learn its rows by heart: its loss on the rows it learns from still falls, while that on the
/// rows it only is measured on rises.
package struct OverfitSign: Sendable, Hashable {
  /// The step with the lowest validation loss: where it turned.
  package var step: Int
  /// The lowest validation loss.
  package var lowest: Double
  /// The newest validation loss.
  package var newest: Double
  /// How much further validation lies above training now than it did where it turned.
  package var widened: Double

  /// Looks at losses; nil while nothing speaks for it.
  ///
  /// A rise counts when the last two validation losses are both above the lowest by more than two hundredths of it, and
  /// the training loss has fallen since: one high value may be chance.
  /// - Parameter validations: in the order of their steps.
  /// - Parameter training: mean loss over the rows learnt from at about a step; nil where not known.
  package init?(validations: [(step: Int, loss: Double)], training: (Int) -> Double?) {
    let finite = validations.filter(\.loss.isFinite)
    guard let turn = finite.indices.min(by: { finite[$0].loss < finite[$1].loss }), finite.count - turn > 2,
      let last = finite.last
    else { return nil }
    let lowest = finite[turn].loss
    guard finite.suffix(2).allSatisfy({ $0.loss > lowest + 0.02 * abs(lowest) }) else { return nil }
    guard let before = training(finite[turn].step), let now = training(last.step), now < before else { return nil }
    step = finite[turn].step
    self.lowest = lowest
    newest = last.loss
    widened = (last.loss - now) - (lowest - before)
  }
}
