from tests.support.cloud import cloud, sim_cloud, start_cloud
from tests.support.faces import local, provider, sides

__all__ = ["cloud", "local", "provider", "sides", "sim_cloud", "start_cloud"]
