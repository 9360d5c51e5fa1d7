"""Members that objects hold and their classes declare."""


def held(name, default=None):
    """A member of objects, `default` until it is set."""
    kept = "_" + name

    def get(self):
        return self.__dict__.get(kept, default)

    def set(self, value):
        self.__dict__[kept] = value

    return property(get, set)
