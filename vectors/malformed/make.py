# SPDX-License-Identifier: GPL-3.0-or-later
# Writes this corpus: `python3 make.py FOLDER`. h5py and NumPy are needed for the HDF5 files; everything else is bytes
# put together here.
import json, os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "make"))
import corpus, data, hdf5, models, pictures, texts

folder = sys.argv[1]
for part in (models.safetensors, models.npz_model, models.pickles, hdf5.h5_cases, hdf5.keras_cases, data.npy_rows,
             data.npz_rows, data.idx_rows, pictures.png_cases, pictures.jpeg_cases, pictures.pnm_cases,
             pictures.archive_cases, texts.arch_cases, texts.run_cases, texts.vector_cases):
    part()
os.makedirs(folder, exist_ok=True)
entries = []
for entry, content in corpus.cases:
    with open(os.path.join(folder, entry["file"]), "wb") as f:
        f.write(content)
    entries.append(json.dumps(entry))
with open(os.path.join(folder, "manifest.json"), "w") as f:
    f.write('{\n  "licence": "CC0-1.0",\n  "numberOfFiles": %d,\n  "files": [\n    %s\n  ]\n}\n'
            % (len(entries), ",\n    ".join(entries)))
