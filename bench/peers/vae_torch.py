# SPDX-License-Identifier: GPL-3.0-or-later
"""The VAE of run_peers.py in PyTorch, float32, with Adam. Usage: vae_torch.py CONFIG tuned|defaults|loader [THREADS]

tuned     data on hand as bytes, converted a batch at a time; denormals flushed; threads fixed (run_peers.py pins them
          and tells glibc to keep freed memory); logits loss
defaults  the PyTorch VAE example's way (sigmoid, binary_cross_entropy) on data on hand, nothing tuned
loader    the same through Dataset and DataLoader, as most scripts do it"""
import sys

import torch
import torch.nn.functional as F
from torch import nn

from peer_common import CONFIGS, ROWS, data, serve


class VAE(nn.Module):
    def __init__(self, x_dim, hidden, z_dim, activation):
        super().__init__()
        act = {"relu": nn.ReLU, "tanh": nn.Tanh}[activation]

        def stack(widths):
            parts = []
            for i, o in zip(widths, widths[1:]):
                parts += [nn.Linear(i, o), act()]
            return nn.Sequential(*parts)

        self.encoder = stack((x_dim,) + hidden)
        self.mu, self.logvar = nn.Linear(hidden[-1], z_dim), nn.Linear(hidden[-1], z_dim)
        self.decoder = stack((z_dim,) + hidden[::-1])
        self.out = nn.Linear(hidden[0], x_dim)

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        return self.out(self.decoder(z)), mu, logvar


class Rows(torch.utils.data.Dataset):
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return torch.from_numpy(self.rows[i]).float() / 255


def main():
    x_dim, hidden, z_dim, activation, batch = CONFIGS[sys.argv[1]]
    mode = sys.argv[2]
    if len(sys.argv) > 3:
        torch.set_num_threads(int(sys.argv[3]))
    torch.manual_seed(1)
    tuned = mode == "tuned"
    if tuned:
        torch.set_flush_denormal(True)
    rows = data(x_dim)
    model = VAE(x_dim, hidden, z_dim, activation)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True if tuned else None)

    def batches():
        if mode == "loader":
            yield from torch.utils.data.DataLoader(Rows(rows), batch_size=batch, shuffle=True, drop_last=True)
            return
        held = torch.from_numpy(rows) if tuned else torch.from_numpy(rows).float() / 255
        order = torch.randperm(ROWS)
        for at in range(0, ROWS - batch + 1, batch):
            x = held[order[at:at + batch]]
            yield x.float().mul_(1 / 255) if tuned else x

    def epochs():
        while True:
            for x in batches():
                optimiser.zero_grad(set_to_none=not tuned)
                a, mu, logvar = model(x)
                if tuned:
                    recon = F.binary_cross_entropy_with_logits(a, x, reduction="sum")
                else:
                    recon = F.binary_cross_entropy(torch.sigmoid(a), x, reduction="sum")
                kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
                loss = (recon + kl) / batch
                loss.backward()
                optimiser.step()
                yield loss.item()

    serve(epochs, batch)


main()
