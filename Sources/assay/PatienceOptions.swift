import ArgumentParser
import Domain
import WorkbenchCore

/// How long commands that send requests wait for a server that takes none.
struct PatienceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The longest to wait for a server that takes no requests, such as when a quota is used up; beyond it the run stops "
        + "with status 3 and can be resumed.", valueName: "seconds"))
  var maxWait = RunPlan.Patience().longestWait

  func validate() throws {
    if !(maxWait >= 0) { throw ValidationError("--max-wait must be at least 0.") }
  }

  /// Has a workbench's runs wait so long.
  func apply(to workbench: Workbench) async { await workbench.set(longestWait: maxWait) }
}
