import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// `training.command`, and what is wrong with it.
struct CommandReaderTests {
  @Test func allThatCanBeSaid() async throws {
    let workspace = try await read(
      """
      training:
        backend: command
        command:
          run: [axolotl, train, "{config}", --seed, "{seed}"]
          log: "{output}/runs"
          adapter: "{output}"
          config: train/axolotl.yaml
          environment:
            WANDB_MODE: offline
            HF_HUB_OFFLINE: 1
            OUT_2: "{output}"
      """, ["train/axolotl.yaml": "output_dir: {output}\n"])
    #expect(workspace.lines == [])
    #expect(
      workspace.training.command
        == TrainerCommand(
          run: ["axolotl", "train", "{config}", "--seed", "{seed}"], log: "{output}/runs", adapter: "{output}",
          config: "train/axolotl.yaml",
          environment: ["WANDB_MODE": "offline", "HF_HUB_OFFLINE": "1", "OUT_2": "{output}"]))
  }

  @Test func aProgramAloneIsEnough() async throws {
    let workspace = try await read("training:\n  command:\n    run: train.sh\n")
    #expect(workspace.lines == [])
    #expect(workspace.training.command == TrainerCommand(run: ["train.sh"]))
  }

  @Test(arguments: [
    ("log: a.jsonl", 2, "training.command.run", "add `run`"),
    ("run: []", 3, "training.command.run", "add `run`"),
    ("run: axolotl train a.yaml", 3, "training.command.run", "as a list"),
    ("run: [a, \"{modle}\"]", 3, "training.command.run", "Did you mean \"model\"?"),
    ("run: [a, \"{zzzzzz}\"]", 3, "training.command.run", "Fields are folder, train"),
    ("run: [a, \"{config}\"]", 3, "training.command.run", "no `config`"),
    ("run: [a]\n    config: gone.yaml", 4, "training.command.config", "doesn't exist"),
    ("run: [a]\n    config: ../x.yaml", 4, "training.command.config", "leads out"),
    ("run: [a]\n    log: /var/log/x", 4, "training.command.log", "outside of the job's folder"),
    ("run: [a]\n    adapter: \"{output}/../../x\"", 4, "training.command.adapter", "outside of the job's folder"),
    ("run: [a]\n    environment:\n      HF_TOKEN: abc", 4, "training.command.environment", "looks like a secret"),
    ("run: [a]\n    environment:\n      1A: abc", 4, "training.command.environment", "not a valid variable name"),
    ("run: [a]\n    environment: [a]", 4, "training.command.environment", "Expected a group of keys"),
    ("run: {a: b}", 3, "training.command.run", "Expected the program"),
  ])
  func whatIsWrongIsSaid(_ keys: String, _ line: Int, _ key: String, _ part: String) async throws {
    let workspace = try await read("training:\n  command:\n    \(keys)\n")
    let problem = workspace.problems.first { $0.message.contains(part) }
    #expect(problem?.key == key && problem?.line == line, "\(workspace.lines)")
  }

  @Test func unknownKeysAreErrors() async throws {
    let workspace = try await read("training:\n  command:\n    run: [a]\n    adaptor: x\n")
    #expect(workspace.lines.count == 1)
    #expect(workspace.lines.first?.contains("Did you mean \"adapter\"?") == true)
    #expect(workspace.training.command != nil)
  }
}
