import Domain

/// One thing that a person can ask for. A key, the palette and the shell make the same commands.
///
/// What a command does stands with its feature: a type that is ``Performable``, and a static member here that makes the
/// command, so that `.evaluate(request)` reads the same wherever it is written.
package struct Command: Sendable, Hashable {
  /// What is carried out.
  package let work: any Performable

  package init(_ work: some Performable) { self.work = work }

  /// Whether it writes what a person typed, so that its order among its like matters.
  package var isEdit: Bool { work.isEdit }

  /// The work, where it is of this type.
  package func work<Work: Performable>(as type: Work.Type) -> Work? { work as? Work }

  /// Whether both are the same work of the same type.
  package static func == (a: Command, b: Command) -> Bool { a.work.isEqual(to: b.work) }

  /// Feeds the work into a hasher.
  package func hash(into hasher: inout Hasher) { work.hash(into: &hasher) }
}

/// Work that a person can ask the workbench for: it changes something, while a ``Query`` changes nothing.
package protocol Performable: Hashable, Sendable {
  /// Whether it writes what a person typed, so that its order among its like matters.
  var isEdit: Bool { get }

  /// The draft that is of no use once it is done; nil where there is none.
  func draft(in workspace: Workspace) -> DraftPath?

  /// What it would cost; empty where it can't cost anything. Nothing is asked, begun or stored.
  func charges(on workbench: isolated Workbench) async -> [Charge.Item]

  /// Called when a person has agreed to what it costs, before it is performed.
  func wasAgreed(on workbench: isolated Workbench)

  /// Does the work and returns when all of it is done.
  /// - Throws: An error whose description is a sentence for the person who asked.
  func perform(on workbench: isolated Workbench) async throws
}

extension Performable {
  /// Most work edits nothing.
  package var isEdit: Bool { false }

  /// Most work ends no draft.
  package func draft(in workspace: Workspace) -> DraftPath? { nil }

  /// Most work is free.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] { [] }

  /// Most work doesn't remember it.
  package func wasAgreed(on workbench: isolated Workbench) {}

  fileprivate func isEqual(to other: any Performable) -> Bool { (other as? Self) == self }
}
