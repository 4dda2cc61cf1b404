# Tests of `aevb conform`, of the .npz mirror and of the example ports.
TESTS += tests/conform.sh tests/vectors_npz.sh
LONG_TESTS += tests/conform_long.sh
ports = vectors/ports/port_loop.py vectors/ports/port_random.py vectors/ports/port_numpy.py \
	vectors/ports/port_torch.py vectors/ports/port_node.mjs vectors/ports/wrong_ports.py
EXTRA_DIST += tests/vectors_npz.sh tests/vectors_npz.py
EXTRA_DIST += tests/conform.sh tests/conform_long.sh tests/support/run_port.sh $(ports)
