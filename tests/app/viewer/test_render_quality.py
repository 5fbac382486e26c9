"""How carefully 3D is drawn travels as a value."""

from app.viewer.render_quality import Quality


def test_equal_qualities_are_the_same_value() -> None:
    assert Quality(ray_distance=1.0, step=0.6) == Quality(1.0, 0.6)
    assert Quality(1.0, 0.6) != Quality(2.0, 0.6)
