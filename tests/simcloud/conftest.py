from tests.support.cloud import cloud, sim_cloud, start_cloud

__all__ = ["cloud", "sim_cloud", "start_cloud"]
