from engine.pose import skeleton as s


def test_tables_agree_with_each_other():
    assert len(s.JOINTS) == len(s.COLOURS) == len(s.PARENTS) == len(s.FLIP) == 18
    assert len(s.LIMBS) == len(set(s.LIMBS)) == 17
    for a, b in s.FLIP_PAIRS:
        assert s.FLIP[a] == b and s.FLIP[b] == a
        assert s.JOINTS[a] == s.JOINTS[b].replace("left", "right")
    assert {s.JOINTS[j] for j in range(18) if s.FLIP[j] == j} == {"nose", "neck"}


def test_tree_is_the_limbs():
    """Every limb but none other is a parent-child edge, and the neck is above all."""
    edges = {frozenset((j, parent)) for j, parent in enumerate(s.PARENTS) if parent is not None}
    assert edges == {frozenset(limb) for limb in s.LIMBS}
    assert sorted((s.NECK, *s.descendants(s.NECK))) == list(range(18))
    assert s.descendants(s.RIGHT_SHOULDER) == (s.RIGHT_ELBOW, s.RIGHT_WRIST)
    assert s.descendants(s.LEFT_ANKLE) == ()
