"""The order of the tests."""


def pytest_collection_modifyitems(items):
    """What takes long begins first, so that of two processes that share the tests neither waits long for the other."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
