import Domain
import Drawing
import WorkbenchCore

extension TrainingPane {
  /// The keys that mean something now.
  package func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    switch overlay {
    case .form:
      return [
        Binding(.enter, .control("s"), title: "Start the job", group: "New job", action: .start, footer: "start"),
        Binding(.escape, title: "Start nothing", group: "New job", action: .close, footer: "close"),
      ]
    case .collect:
      return [
        Binding(.enter, title: "Go on, then collect", group: "Collect", action: .startCollecting, footer: "go on"),
        Binding(.escape, title: "Collect nothing", group: "Collect", action: .close, footer: "close"),
      ]
    case .cancel:
      return [
        Binding("y", .enter, title: "Cancel the job", group: "Cancel", action: .confirmCancel, footer: "cancel it"),
        Binding("n", .escape, "q", title: "Let it run", group: "Cancel", action: .close, footer: "let it run"),
      ]
    case .adapter:
      return [
        Binding(.enter, title: "Write the variant's file", group: "Adapter", action: .addVariant, footer: "add"),
        Binding("y", title: "Copy the line", group: "Adapter", action: .copyLine, footer: "copy"),
        Binding(.escape, "q", "u", title: "Close", group: "Adapter", action: .close, footer: "close"),
      ]
    case .sweep:
      return [
        Binding(.enter, title: "Show this trial's job", group: "Sweep", action: .openTrial, footer: "show the job"),
        Binding(.escape, "q", "W", title: "Close", group: "Sweep", action: .close, footer: "close"),
      ]
    case nil: break
    }
    if log.isSearching {
      return [
        Binding(.enter, title: "Go to the last hit", group: "Log", action: .endSearch, footer: "find"),
        Binding(.escape, title: "Search no more", group: "Log", action: .clearSearch, footer: "close"),
      ]
    }
    return movement(snapshot) + jobBindings(snapshot) + curveKeys(snapshot) + logKeys(snapshot)
  }

  private func jobBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let job = selected(snapshot)
    let canTrain = snapshot.workspace.models.contains { $0.isLocal || $0.canBeTunedHosted }
    return [
      Binding(
        "a", title: "Add a training job", group: "Jobs", action: .newJob,
        unavailable: canTrain ? nil : "No model in assay.yaml can be tuned: add one with api: mlx.",
        footer: "new job"),
      Binding(
        "C", title: "Collect training data from a run", group: "Jobs", action: .collect,
        unavailable: CollectForm.runs(snapshot).isEmpty
          ? "No run has outputs that passed: evaluate a variant first." : nil, footer: "collect data"),
      Binding(
        "x", title: "Cancel the job", group: "Jobs", action: .cancelJob,
        unavailable: job == nil ? noJob : job?.state.isOver == true ? "This job is over." : nil,
        footer: job?.state.isOver == false ? "cancel" : nil),
      Binding(
        "p", title: "Pause the job: it saves and ends", group: "Jobs", action: .pause,
        unavailable: job == nil ? noJob : job?.state.isOver == true ? "This job is over." : nil,
        footer: job?.state.isOver == false ? "pause" : nil),
      Binding(
        "r", title: "Run the job further from what it saved last", group: "Jobs", action: .resume,
        unavailable: job == nil
          ? noJob
          : job?.state == .finished
            ? "This job is finished: nothing is left to do."
            : job?.state.isOver == true ? nil : "It has not ended; p pauses it.",
        footer: job?.state.isOver == true && job?.state != .finished ? "go on" : nil),
      Binding(
        "T", title: "Move the job to the front of the queue", group: "Jobs", action: .sooner,
        unavailable: job == nil ? noJob : job?.state == .queued ? nil : "This job doesn't wait for its turn.",
        footer: job?.state == .queued ? "sooner" : nil),
      Binding(
        "W", title: "Show the sweep this job is a part of", group: "Jobs", action: .showSweep,
        unavailable: job == nil ? noJob : job?.sweep == nil ? "This job is part of no sweep." : nil,
        footer: job?.sweep == nil ? nil : "sweep"),
      Binding(
        "E", title: "Evaluate the checkpoints: the task and general tasks", group: "Jobs", action: .evaluateCheckpoints,
        unavailable: job == nil ? noJob : hasCheckpoints(snapshot) ? nil : "This job has saved no checkpoint yet.",
        footer: area == .checkpoints ? "evaluate" : nil),
      Binding(
        "b", title: "Make this checkpoint the job's best adapter", group: "Jobs", action: .keepCheckpoint,
        unavailable: area == .checkpoints && hasCheckpoints(snapshot)
          ? nil : "Choose a checkpoint first, in the table of checkpoints.",
        footer: area == .checkpoints ? "make best" : nil),
      Binding(
        "u", title: "Use this adapter", group: "Jobs", action: .useAdapter,
        unavailable: job == nil ? noJob : job?.adapter == nil ? "This job has saved no adapter yet." : nil,
        footer: job?.adapter != nil ? "use adapter" : nil),
    ]
  }

  private func hasCheckpoints(_ snapshot: Snapshot) -> Bool { detail(snapshot)?.checkpoints.isEmpty == false }

  var noJob: String { "There is no job yet: a adds one." }

  private var isAfterHits: Bool { area == .log && !log.query.isEmpty }

  private func movement(_ snapshot: Snapshot) -> [Binding<Action>] {
    let reason = snapshot.jobs.isEmpty ? noJob : nil
    var right: [Key] = ["l"]
    var left: [Key] = ["h"]
    if area != .chart {
      right.append(.right)
      left.append(.left)
    }
    var bindings = [
      Binding(
        .enter, title: "Open the job", group: "Panels", action: Action.open, unavailable: reason,
        footer: area == .jobs && reason == nil ? "open" : nil),
      Binding(
        .escape, title: "Back to the list of jobs", group: "Panels", action: .back, footer: area == .jobs ? nil : "jobs"
      ),
      Binding("l", title: "Next panel", group: "Panels", action: .right, unavailable: reason),
      Binding("h", title: "Previous panel", group: "Panels", action: .left),
      Binding("<", title: "Narrower list", group: "Panels", action: .narrower),
      Binding(">", title: "Wider list", group: "Panels", action: .wider),
    ]
    bindings[2].keys = right
    bindings[3].keys = left
    return bindings
  }

  private func logKeys(_ snapshot: Snapshot) -> [Binding<Action>] {
    let reason = snapshot.jobs.isEmpty ? noJob : nil
    let noSamples = detail(snapshot)?.samples.isEmpty == false ? nil : "This job has answered no eval case yet."
    let isHere = area == .log && showsSamples(snapshot)
    let noHits = isAfterHits ? nil : "Search the log first: press / there."
    return [
      Binding(
        "/", title: "Search the log", group: "Log", action: Action.search, unavailable: reason,
        footer: area == .log && !isHere ? "search" : nil),
      Binding(
        "n", title: "Next hit in the log", group: "Log", action: .nextHit, unavailable: reason ?? noHits,
        footer: "next hit"),
      Binding("N", title: "Previous hit in the log", group: "Log", action: .previousHit, unavailable: reason),
      Binding(
        "F", title: "Follow the end of the log", group: "Log", action: .toggleFollow, unavailable: reason,
        footer: area == .log && !isHere ? (log.follows ? "stop following" : "follow") : nil),
      Binding(
        "w", title: "Show answers at each checkpoint, or the log", group: "Log", action: .toggleSamples,
        unavailable: reason ?? noSamples, footer: area == .log ? (isHere ? "log" : "answers") : nil),
      Binding(
        "]", title: "Next answered case", group: "Log", action: .nextSample, unavailable: reason ?? noSamples,
        footer: isHere ? "next case" : nil),
      Binding(
        "[", title: "Previous answered case", group: "Log", action: .previousSample, unavailable: reason ?? noSamples),
    ]
  }
}
