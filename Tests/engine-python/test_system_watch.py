"""What is read from the system's own tables."""

from __future__ import annotations

import unittest

import support  # noqa: F401

from assay_engine.train import system_watch as watch
from assay_engine.train.system_watch import Process


class LinuxTests(unittest.TestCase):
    STAT = b"42 (a) (b c) S 7 42 9 0 -1 4194560 1 2 3 4 150 50 20 30 20 0 3 0 12345 1000000 256 18446744073709551615"

    def test_a_process_whose_name_has_parentheses(self) -> None:
        self.assertEqual(watch.stat_process(42, self.STAT, 100, 4096), Process(42, 7, 9, 2.5, 1 << 20))

    def test_text_that_is_cut_off(self) -> None:
        for text in (b"", b"42 (a)", b"42 (a) S 7 42", b"42 (a) S x y z"):
            with self.assertRaises((ValueError, IndexError), msg=text):
                watch.stat_process(42, text, 100, 4096)

    def test_waiting_for_the_disk_is_idle_time(self) -> None:
        self.assertEqual(watch.busy_ticks("cpu  100 20 30 800 50 0 5 5 7 7\n"), (160, 1010))


class DarwinTests(unittest.TestCase):
    def test_lines_of_ps(self) -> None:
        text = "    1     0 0    1024   0:01.50\n  77     1 0  2048 1-02:03:04\ngarbage\n 78 1 0 x 0:00\n"
        expected = [Process(1, 0, 0, 1.5, 1 << 20), Process(77, 1, 0, 93_784.0, 2 << 20)]
        self.assertEqual(watch.ps_processes(text), expected)

    def test_times(self) -> None:
        for text, seconds in (("0:00.00", 0), ("12:34", 754), ("1:00:00", 3600), ("2-00:00:01", 172_801)):
            self.assertEqual(watch.clock_seconds(text), seconds)

    def test_gpus(self) -> None:
        text = """+-o AGXAcceleratorG13X  <class AGXAcceleratorG13X, id 0x1>
            "PerformanceStatistics" = {"In use system memory"=2500000000,"Device Utilization %"=37}
        +-o Nothing
        +-o Odd
            "Device Utilization %" = 250
        """
        memory = 16_000_000_000
        expected = [
            {"utilization": 0.37, "memory_gb": 2.5, "memory_total_gb": 16.0},
            {"utilization": 1.0, "memory_total_gb": 16.0},
        ]
        self.assertEqual(watch.ioreg_gpus(text, memory), expected)
        self.assertEqual(watch.ioreg_gpus("", memory), [])


class NvidiaTests(unittest.TestCase):
    def test_a_line(self) -> None:
        found = watch.gpu_line("1, GPU-abc, 98, 11555, 81559, 310.44, 61\n")
        values = {"utilization": 0.98, "memory_gb": 12.116, "memory_total_gb": 85.521, "power_w": 310.44}
        self.assertEqual(found, ("1", "GPU-abc", values | {"temperature_c": 61}))

    def test_what_a_gpu_does_not_tell_is_left_out(self) -> None:
        found = watch.gpu_line("0, GPU-x, [N/A], [Not Supported], nan, -5, 40")
        self.assertEqual(found, ("0", "GPU-x", {"temperature_c": 40}))

    def test_other_lines(self) -> None:
        for line in ("", "No devices were found", "a, GPU-x, 1, 2, 3, 4, 5", "0, GPU-x, 1, 2, 3, 4", "0,1,2,3,4,5,6,7"):
            self.assertIsNone(watch.gpu_line(line), line)

    def test_visible_gpus(self) -> None:
        for visible, expected in (
            (None, True),
            ("0, 1", True),
            ("2", False),
            ("GPU-ab", True),
            ("GPU-b", False),
            ("", False),
        ):
            self.assertEqual(watch.is_visible("1", "GPU-abc", visible), expected, visible)


class FamilyTests(unittest.TestCase):
    def ids(self, *processes: tuple[int, int, int], root: int = 10) -> list[int]:
        return [one.pid for one in watch.family([Process(*ids, 0.0, 0) for ids in processes], root)]

    def test_descendants_belong_to_it(self) -> None:
        self.assertEqual(self.ids((1, 0, 1), (10, 1, 1), (11, 10, 1), (12, 11, 1), (13, 1, 1)), [10, 11, 12])

    def test_orphans_are_found_by_their_session(self) -> None:
        self.assertEqual(self.ids((10, 1, 10), (12, 1, 10), (13, 12, 99), (14, 1, 1)), [10, 12, 13])

    def test_a_process_that_has_ended_has_no_family(self) -> None:
        self.assertEqual(self.ids((1, 0, 1), (2, 1, 1)), [])

    def test_circles_end(self) -> None:
        self.assertEqual(self.ids((10, 11, 1), (11, 10, 1)), [10, 11])


if __name__ == "__main__":
    unittest.main()
