import Content
import Domain
import Evidence
import Foundation
import WorkbenchCore

extension Report {
  /// A job's header.
  static func job(_ job: TrainingJob) -> JSONValue {
    [
      "id": JSONValue(Int(job.id.number)), "state": .string(job.state.rawValue), "backend": .string(job.backend),
      "base": .string(job.base), "data": .string(job.data), "step": JSONValue(job.step), "steps": JSONValue(job.steps),
      "train_loss": loss(job.trainLoss), "train_loss_state": lossState(job.trainLoss),
      "val_loss": loss(job.validationLoss), "val_loss_state": lossState(job.validationLoss),
      "best_step": job.best.map { JSONValue($0.step) } ?? .null, "best_val_loss": loss(job.best?.validationLoss),
      "adapter": job.adapter.map { .string($0) } ?? .null, "message": job.message.map { .string($0) } ?? .null,
      "created": .string(ISO8601DateFormatter().string(from: job.created)),
      "sweep": job.sweep.map { .string($0) } ?? .null,
    ]
  }

  /// A job with its checkpoints, and with what was found of its rows and of its answers.
  static func job(_ detail: JobDetail) -> JSONValue {
    var value = job(detail.job).object ?? JSONObject()
    value["checkpoints"] = .array(
      detail.checkpoints.map { checkpoint in
        [
          "step": JSONValue(checkpoint.step), "path": .string(checkpoint.path),
          "val_loss": loss(checkpoint.validationLoss), "val_loss_state": lossState(checkpoint.validationLoss),
          "best": JSONValue(checkpoint.step == detail.best?.step),
        ]
      })
    value["preflight"] = .array(
      detail.preflight.map { found in
        [
          "check": .string(found.check), "file": found.file.map { .string($0) } ?? .null,
          "count": JSONValue(found.count), "of": JSONValue(found.of), "rows": .array(found.rows.map { JSONValue($0) }),
          "message": .string(found.message), "fix": .string(found.fix),
          "accepted": found.accepted.map { .string($0) } ?? .null,
        ]
      })
    value["answers"] = .array(
      detail.answers.map { figures in
        [
          "step": JSONValue(figures.step), "count": JSONValue(figures.count), "unending": rounded(figures.unending, 4),
          "equal": rounded(figures.equal, 4), "as_base": figures.asBase.map { rounded($0, 4) } ?? .null,
          "logit_change": figures.logitChange.map { JSONValue($0) } ?? .null,
          "signs": .array(detail.signs(of: figures).map { .string($0.rawValue) }),
        ]
      })
    value["warnings"] = .array(detail.remarks.map { .string($0) })
    return .object(value)
  }

  /// A loss; null where there is none or it is no number.
  static func loss(_ loss: Double?) -> JSONValue {
    guard let loss, loss.isFinite else { return .null }
    return abs(loss) < 1e9 ? rounded(loss, 5) : JSONValue(loss)
  }

  /// What a loss is that is no number: `nan` or `inf`.
  private static func lossState(_ loss: Double?) -> JSONValue {
    guard let loss, !loss.isFinite else { return .null }
    return loss.isNaN ? "nan" : "inf"
  }
}
