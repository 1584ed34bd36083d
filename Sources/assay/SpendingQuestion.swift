import ArgumentParser
import Domain
import Evidence
import Foundation
import Terminal
import WorkbenchCore

/// Not to be asked before money is spent.
struct SpendingOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Don't ask before money is spent; the estimate is still printed on stderr.")
  var yes = false

  /// Tells on stderr what commands may cost and, on a terminal, asks where it is more than the limit. Without a terminal
  /// nobody is asked and work goes on.
  /// - Parameter isLimited: whether the person has set a limit in dollars, which says as much as an answer.
  /// - Returns: what they may cost; nil where they cost nothing.
  /// - Throws: `WorkbenchError.input` when the person says no.
  @discardableResult
  func ask(_ commands: [Command], isLimited: Bool = false, on workbench: Workbench) async throws -> Charge? {
    try await ask(await workbench.charge(for: commands), isLimited: isLimited, on: workbench)
  }

  /// The same for what isn't a command.
  @discardableResult
  func ask(_ charge: Charge?, isLimited: Bool = false, on workbench: Workbench) async throws -> Charge? {
    guard let charge else { return nil }
    for item in charge.items { Wiring.say(item.sentence) }
    if charge.items.count > 1, let dollars = charge.dollars { Wiring.say("In all: \(dollars.dollarText).") }
    guard charge.mustAsk, !yes, !isLimited, isatty(STDIN_FILENO) == 1, Console.errors.isTerminal else { return charge }
    guard TrustQuestion.confirm("Start?") else {
      throw WorkbenchError.input("Nothing was started, since nobody agreed to the cost.")
    }
    await workbench.remember(charge)
    return charge
  }
}
