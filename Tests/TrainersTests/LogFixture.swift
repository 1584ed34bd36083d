import Foundation

/// Small files that the real programs wrote, as base64.
enum LogFixture {
  /// transformers' Trainer with `report_to="tensorboard"`: 6 steps, reported every 2, validated every 3; long texts of
  /// its settings are taken out.
  static let transformers = bytes(
    """
    GAAAAAAAAACjf0siCQK3Jt0uwtpBGg1icmFpbi5FdmVudDoyeMQRPSAAAAAAAAAAKe2pUAmAt1fdLsLaQRACKhMKEQoKdHJhaW4vbG9zcxXVRYRA
    Ld22ByUAAAAAAAAA6rw28wnXuFfdLsLaQRACKhgKFgoPdHJhaW4vZ3JhZF9ub3JtFSQ12zqnGk2XKQAAAAAAAAA3/18ACRm5V90uwtpBEAIqHAoa
    ChN0cmFpbi9sZWFybmluZ19yYXRlFQrXIzzeYh2DIQAAAAAAAAABe+z2CVC5V90uwtpBEAIqFAoSCgt0cmFpbi9lcG9jaBUAAAA/1Fx2OR8AAAAA
    AAAAUUtEGAmV1FvdLsLaQRADKhIKEAoJZXZhbC9sb3NzFc4VhEDuYHISIgAAAAAAAAB4ET39CaXVW90uwtpBEAMqFQoTCgxldmFsL3J1bnRpbWUV
    +THmPPLff+QtAAAAAAAAADxBivsJ/tVb3S7C2kEQAyogCh4KF2V2YWwvc2FtcGxlc19wZXJfc2Vjb25kFfR9jkJyArtqKwAAAAAAAACGG8NLCVfW
    W90uwtpBEAMqHgocChVldmFsL3N0ZXBzX3Blcl9zZWNvbmQV9H0OQhjL/DQhAAAAAAAAAAF77PYJktZb3S7C2kEQAyoUChIKC3RyYWluL2Vwb2No
    FQAAQD9WC/CgIAAAAAAAAAAp7alQCa3Ui90uwtpBEAQqEwoRCgp0cmFpbi9sb3NzFaI+hECGy3hUJQAAAAAAAADqvDbzCWnVi90uwtpBEAQqGAoW
    Cg90cmFpbi9ncmFkX25vcm0V5AU8OynDnkEpAAAAAAAAADf/XwAJqtWL3S7C2kEQBCocChoKE3RyYWluL2xlYXJuaW5nX3JhdGUVCtcjPAMay1Yh
    AAAAAAAAAAF77PYJ29WL3S7C2kEQBCoUChIKC3RyYWluL2Vwb2NoFQAAgD9D646OIAAAAAAAAAAp7alQCRrY4N0uwtpBEAYqEwoRCgp0cmFpbi9s
    b3NzFX43hEDXrCZ3JQAAAAAAAADqvDbzCffY4N0uwtpBEAYqGAoWCg90cmFpbi9ncmFkX25vcm0VoxZIOwvMAlApAAAAAAAAADf/XwAJLtng3S7C
    2kEQBiocChoKE3RyYWluL2xlYXJuaW5nX3JhdGUVCtcjPMpoPYwhAAAAAAAAAAF77PYJXtng3S7C2kEQBioUChIKC3RyYWluL2Vwb2NoFQAAwD9q
    J2U6HwAAAAAAAABRS0QYCTrd990uwtpBEAYqEgoQCglldmFsL2xvc3MVVRCEQJ+x5hIiAAAAAAAAAHgRPf0JIN733S7C2kEQBioVChMKDGV2YWwv
    cnVudGltZRVPr7Q+PSVDmi0AAAAAAAAAPEGK+wly3vfdLsLaQRAGKiAKHgoXZXZhbC9zYW1wbGVzX3Blcl9zZWNvbmQVEFi1QLmP29QrAAAAAAAA
    AIYbw0sJvN733S7C2kEQBioeChwKFWV2YWwvc3RlcHNfcGVyX3NlY29uZBXfTzVAmywDxiEAAAAAAAAAAXvs9gkF3/fdLsLaQRAGKhQKEgoLdHJh
    aW4vZXBvY2gVAADAP0Ah87spAAAAAAAAADf/XwAJhY763S7C2kEQBiocChoKE3RyYWluL3RyYWluX3J1bnRpbWUV2htUQFc5OT80AAAAAAAAAF4z
    F1wJbOT63S7C2kEQBionCiUKHnRyYWluL3RyYWluX3NhbXBsZXNfcGVyX3NlY29uZBV3vmdAUc6wzzIAAAAAAAAAJBlW7Anl5PrdLsLaQRAGKiUK
    IwocdHJhaW4vdHJhaW5fc3RlcHNfcGVyX3NlY29uZBUUruc/bWgNwyYAAAAAAAAAc0/jAAkd5frdLsLaQRAGKhkKFwoQdHJhaW4vdG90YWxfZmxv
    cxUA8KVKvC5BWCYAAAAAAAAAc0/jAAlR5frdLsLaQRAGKhkKFwoQdHJhaW4vdHJhaW5fbG9zcxWnPoRA9ZbrJiEAAAAAAAAAAXvs9gl95frdLsLa
    QRAGKhQKEgoLdHJhaW4vZXBvY2gVAADAP/RLUDc=
    """)

  /// tensorboardX: numbers in `simple_value`, a text and a histogram.
  static let tensorboardX = bytes(
    """
    GAAAAAAAAACjf0siCXmNmfYuwtpBGg1icmFpbi5FdmVudDoypCkzVSAAAAAAAAAAKe2pUAkAAAAAAEBqQBAKKhMKEQoKdHJhaW4vbG9zcxWamZk+
    psN1RiUAAAAAAAAA6rw28wkAAAAAAEBqQBAKKhgKFgoPdHJhaW4vZ3JhZF9ub3JtFQAAAD/wZYHbIAAAAAAAAAAp7alQCQAAAAAAgGtAEBQqEwoR
    Cgp0cmFpbi9sb3NzFZqZGT61EaBeJQAAAAAAAADqvDbzCQAAAAAAgGtAEBQqGAoWCg90cmFpbi9ncmFkX25vcm0VAAAAP81Ip30fAAAAAAAAAFFL
    RBgJAAAAAADAbEAQFCoSChAKCWV2YWwvbG9zcxUAAAA+9/1Ap9oAAAAAAAAAENd81AnR9Zr2LsLaQSrOAQrLAQoRYXJncy90ZXh0X3N1bW1hcnlC
    qwEIBxIEEgIIAUKgAXsiYSI6IDF9eyJhIjogMX17ImEiOiAxfXsiYSI6IDF9eyJhIjogMX17ImEiOiAxfXsiYSI6IDF9eyJhIjogMX17ImEiOiAx
    fXsiYSI6IDF9eyJhIjogMX17ImEiOiAxfXsiYSI6IDF9eyJhIjogMX17ImEiOiAxfXsiYSI6IDF9eyJhIjogMX17ImEiOiAxfXsiYSI6IDF9eyJh
    IjogMX1KCAoGCgR0ZXh0F4iEpCgBAAAAAAAA+UCGoAmeAZv2LsLaQRAUKpoCCpcCCgFoKpECCQAAAAAAAPA/EQAAAAAAAAhAGQAAAAAAAAhAIQAA
    AAAAABhAKQAAAAAAACxAMnAImWkZFVrtPysU+s2+JPA/Y0nGFQXC8T+6UI0xn4jzPzM/6ByvfPU/hUXMn8Ci9z95TPri0//5P1OHRhNpmfw/3JTN
    Lo11/z/gEfEMdE0BQHdgPA5mCANA6jYPdqPvBEBovBA1mgcHQA2cxaApVQlAOnAAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADwPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/g8rvXA==
    """)

  /// TensorBoard's own writer with tensors for scalars, as torchtune has it, and one number in `simple_value`.
  static let tensorboard = bytes(
    """
    SAAAAAAAAAD+kkidCbqMlvYuwtpBGg1icmFpbi5FdmVudDoyUi4KLHRlbnNvcmJvYXJkLnN1bW1hcnkud3JpdGVyLmV2ZW50X2ZpbGVfd3JpdGVy
    MbSr2y4AAAAAAAAAxctX+gkAAAAAAEBZQBABKiEKHwoEbG9zc0IKCAESACoEAAAgQEoLCgkKB3NjYWxhcnNuaJLvLAAAAAAAAAD0rsxFCQAAAAAA
    QFlAEAEqHwodCgJsckIKCAESACoEbxKDOkoLCgkKB3NjYWxhcnP8oE4pQwAAAAAAAACxhSWgCQAAAAAAQFlAEAEqNgo0Chl0b2tlbnNfcGVyX3Nl
    Y29uZF9wZXJfZ3B1QgoIARIAKgQAAABESgsKCQoHc2NhbGFyc5Mq/AUuAAAAAAAAAMXLV/oJAAAAAACAWUAQAiohCh8KBGxvc3NCCggBEgAqBAAA
    oD9KCwoJCgdzY2FsYXJz57AqlCwAAAAAAAAA9K7MRQkAAAAAAIBZQBACKh8KHQoCbHJCCggBEgAqBG8SgzpKCwoJCgdzY2FsYXJz/B8ypEMAAAAA
    AAAAsYUloAkAAAAAAIBZQBACKjYKNAoZdG9rZW5zX3Blcl9zZWNvbmRfcGVyX2dwdUIKCAESACoEAAAAREoLCgkKB3NjYWxhcnO0z6fDHgAAAAAA
    AADZ3BIyCQAAAAAAwFlAEAIqEQoPCgh2YWxfbG9zcxUAAOA/rTiWiw==
    """)

  /// transformers' `trainer_state.json` of the same 6 steps, without what comes after.
  static let trainerState = """
    {
      "best_metric": null, "best_model_checkpoint": null, "epoch": 1.5, "eval_steps": 3, "global_step": 6,
      "log_history": [
        {"epoch": 0.5, "grad_norm": 0.0016724211163818836, "learning_rate": 0.01, "loss": 4.133524417877197, "step": 2},
        {"epoch": 0.75, "eval_loss": 4.12766170501709, "eval_runtime": 0.0281, "step": 3},
        {"epoch": 1.0, "grad_norm": Infinity, "learning_rate": 0.01, "loss": 4.132645606994629, "step": 4},
        {"epoch": 1.5, "grad_norm": NaN, "learning_rate": 0.01, "loss": NaN, "step": 6},
        {"epoch": 1.5, "eval_loss": 4.126993656158447, "eval_runtime": 0.3529, "step": 6},
        {"epoch": 1.5, "step": 6, "total_flos": 5437440.0, "train_loss": 4.13264799118042, "train_runtime": 3.3142}
      ],
      "logging_steps": 2, "max_steps": 6, "num_train_epochs": 2, "save_steps": 3, "total_flos": 5437440.0
    }
    """

  private static func bytes(_ text: String) -> Data { Data(base64Encoded: text.filter { !$0.isNewline }) ?? Data() }
}
