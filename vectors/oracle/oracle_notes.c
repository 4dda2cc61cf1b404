/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the flags of the tests mean: each names a wrong implementation. References are repository#number of a public
 * issue, or the article where the mistake has no issue. */
#include "oracle.h"

#include <string.h>

static struct {
    const char *flag, *kind, *description, *effect, *links[5];
    int used;
} notes[] = {
    {"Formula", "WRONG_FORMULA", "An ordinary case: the formula itself, its signs, factors and indices.",
     "Everything that follows is wrong.", {"FluxML/model-zoo#73", "pyg-team/pytorch_geometric#1368"}, 0},
    {"WeightsTransposed", "LAYOUT",
     "Weights read as [in][out]; no shape check sees it when the layer is square.",
     "Weights that come from another framework give noise, or a model that trains but loads wrongly.",
     {"voxelmorph/voxelmorph#425", "qubvel/segmentation_models#489", "tensorflow/tensorflow#7624"}, 0},
    {"BatchMixed", "LAYOUT", "Rows of a batch mixed with each other, or column-major arrays read as row-major.",
     "Each datum gets the value or the gradient of others.", {"keras-team/keras#5381"}, 0},
    {"SampleMajor", "LAYOUT",
     "Rows of the decoder ordered by sample first (r = k B + b) instead of by datum first (r = b K + k).",
     "Each sample is compared with the wrong datum as soon as B > 1 and K > 1.", {"wenet-e2e/west#121"}, 0},
    {"LogvarAsSigma", "WRONG_FORMULA", "The log-variance taken for the standard deviation or for log sigma.",
     "The KL pulls towards a wrong scale; a published docstring pins 0.1738 where 1.3088 is right.",
     {"keras-team/keras#3220", "deepchem/deepchem#4888", "pyg-team/pytorch_geometric#1368"}, 0},
    {"ExpLogvarAsSigma", "WRONG_FORMULA", "exp(logvar), the variance, used as the standard deviation in z.",
     "Costs 18 nats on MNIST while the program's own log looks better than the truth.",
     {"rishikksh20/vae_tacotron2#3", "keras-team/keras#9972"}, 0},
    {"VarianceAsSigma", "WRONG_FORMULA", "The fixed variance used as a standard deviation, or the other way round.",
     "Scales the gradient of the reconstruction: a beta in disguise.", {"orybkin/sigma-vae-pytorch#12"}, 0},
    {"KlSign", "WRONG_FORMULA", "A part of the KL, or its gradient, with the wrong sign.",
     "Training rewards distance from the prior; a loss that still falls does not show it.",
     {"FluxML/model-zoo#76", "FluxML/model-zoo#147", "AntixK/PyTorch-VAE#68"}, 0},
    {"MissingHalf", "WRONG_FORMULA",
     "The factor 1/2 left out: of the KL, of d sigma / d logvar, of a log density.",
     "Weighs the parts of the bound by two against each other.",
     {"deepchem/deepchem#4888"}, 0},
    {"MissingConstant", "WRONG_FORMULA", "log 2 pi (or log variance) left out of a log density.",
     "Bounds of different models, and importance weights, cannot be compared.",
     {"clementchadebec/benchmark_VAE#123", "chainer/chainer#5440"}, 0},
    {"EpsSharedAcrossBatch", "WRONG_FORMULA", "One draw of the noise used for every datum of the batch.",
     "Gradients of the batch are correlated; results depend on the batch size.",
     {"tensorflow/tensorflow#36715", "twairball/keras_lstm_vae#1"}, 0},
    {"SampleMean", "REDUCTION", "Gradients of K samples averaged where the clause sums them, or the last one kept.",
     "The gradient shrinks with the number of samples.", {"pytorch/examples#294"}, 0},
    {"ReconMeanOverPixels", "REDUCTION", "The mean over the elements of x instead of the sum.",
     "The KL weighs X times too much: it goes to 0 and no latent unit is active.",
     {"pytorch/examples#234", "pytorch/examples#290", "AppliedDataSciencePartners/WorldModels#12"}, 0},
    {"ZeroNoise", "EDGE_CASE", "eps = 0.", "Code that divides by sigma eps, or that draws its own noise, shows here.",
     {"pytorch/examples#419"}, 0},
    {"DetachedPath", "WRONG_FORMULA",
     "log q differentiated at fixed z instead of along the path, or the path counted twice.",
     "The encoder's gradient is that of another estimator.", {"AntixK/PyTorch-VAE#34", "arXiv:1703.09194"}, 0},
    {"Cancellation", "NUMERICAL", "Terms that cancel: forms such as exp(v) - 1 - v or log(1 + e) lose every digit.",
     "Small values come out as 0 or as noise.", {"unslothai/unsloth-zoo#1240", "ggml-org/llama.cpp#23759"}, 0},
    {"Kink", "EDGE_CASE", "The rectifier at and about 0, where its derivative is 0 by definition.",
     "Dead units come to life, or the sign of a zero decides.",
     {"tensorflow/playground#19", "plaidml/plaidml#491"}, 0},
    {"Saturation", "NUMERICAL", "Sigmoid and tanh close to their limits, where 1 - h loses its digits.",
     "Gradients vanish earlier than they should.", {"pytorch/pytorch#66441", "pytorch/pytorch#195545"}, 0},
    {"SoftplusOverflow", "RANGE", "exp overflows inside softplus or sigmoid, or a threshold replaces the function.",
     "Infinite or NaN loss for confident logits.", {"hwalsuklee/tensorflow-mnist-VAE#4"}, 0},
    {"ClampedLog", "NUMERICAL", "log(y) clamped (at -100, 1e-7 or 1e-9), or y formed and the logarithm taken after.",
     "A wrong and certain pixel becomes cheap and has no gradient.",
     {"emited/VariationalRecurrentNeuralNetwork#2", "kvfrans/variational-autoencoder#5"}, 0},
    {"SoftmaxOverflow", "RANGE", "exp of logits without the largest of the position taken out.",
     "Infinite or NaN loss for confident logits, or log 0.",
     {"deeplearning4j/deeplearning4j#6039", "uTensor/uTensor#175", "FluxML/NNlib.jl#68"}, 0},
    {"SoftmaxAxis", "LAYOUT", "One softmax over all elements, or over the positions, instead of over the classes.",
     "Positions compete for one unit of probability; the loss is too high by about P log P.",
     {"dev4488/VAE_gumble_softmax#5", "ctallec/world-models#10"}, 0},
    {"LogvarRange", "RANGE", "Log-variances at which exp leaves the range of float32 or of float64.",
     "NaN after some hundred steps; clamps that nobody named.",
     {"y0ast/Variational-Autoencoder#5", "y0ast/VAE-Torch#3", "vanderschaarlab/synthcity#331"}, 0},
    {"NonFinite", "RANGE", "A NaN or an infinity in: it reaches what depends on it, and nothing else.",
     "max and comparisons swallow a NaN, and training goes on with wrong numbers.",
     {"tkipf/gae#22", "AppliedDataSciencePartners/WorldModels#9"}, 0},
    {"KlMeanOverDims", "REDUCTION", "The KL averaged over the latent dimensions instead of summed.",
     "It is beta = 1/Z: costs 28 nats on MNIST with 20 dimensions.",
     {"keras-team/keras#6015", "keras-team/keras-io#270", "maxhodak/keras-molecules#59", "mkusner/grammarVAE#2"}, 0},
    {"BatchSumNotMean", "REDUCTION", "The sum over the batch instead of the mean, in one part or in both.",
     "Learning rates and weight priors depend on the batch size; parts that differ are a beta.",
     {"pytorch/examples#290", "pytorch/examples#652"}, 0},
    {"BetaIgnored", "WRONG_FORMULA", "beta accepted and not used, or applied to the reconstruction.",
     "Every run is the plain bound, whatever was asked.", {"Lightning-Universe/lightning-bolts#328"}, 0},
    {"MeanInsteadOfSample", "WRONG_FORMULA", "z = mu where a sample is meant.",
     "Reports 97.4 where the bound is 105.7: no bound at all.",
     {"pytorch/examples#419", "pytorch/examples#592", "AntixK/PyTorch-VAE#62"}, 0},
    {"HeadGradientLost", "WRONG_FORMULA", "The gradient of one of two heads overwritten or left out where they meet.",
     "Half of the encoder's gradient is missing; the loss still falls.", {"TrenTorch/TrenTorch#182"}, 0},
    {"HeadsSwapped", "LAYOUT", "The heads for mu and logvar exchanged.", "Models of others load and are wrong.",
     {"keras-team/keras#5381"}, 0},
    {"IwaeMeanOfLogs", "WRONG_FORMULA", "The mean, or the weighted mean, of the log weights instead of the log mean.",
     "It is the plain bound; the gradient can be right while the number is wrong.",
     {"arahuja/generative-tf#1", "AntixK/PyTorch-VAE#53"}, 0},
    {"IwaeMissingLogK", "WRONG_FORMULA", "log K not subtracted.", "The bound is too good by log K, no bound at all.",
     {"scverse/scvi-tools#13"}, 0},
    {"IwaeUnderflow", "RANGE", "exp of log weights without the largest taken out.",
     "log 0 or infinity for every picture.", {"xqding/Importance_Weighted_Autoencoders#2"}, 0},
    {"IwaeInfinite", "EDGE_CASE", "A log weight of -infinity.", "-inf - -inf is NaN.",
     {"xqding/Importance_Weighted_Autoencoders#2"}, 0},
    {"PriorNotScaled", "WRONG_FORMULA", "The weight prior not divided by the size of the data set.",
     "A prior N times too strong beside a loss per datum.",
     {"tensorflow/probability#651", "tensorflow/probability#719"}, 0},
    {"WordOrder", "LAYOUT", "Words of counter, key, seed, stream or index in the wrong order.",
     "Another sequence, as random as the right one.", {"recommenders-team/recommenders#2307"}, 0},
    {"StreamOverlap", "WRONG_FORMULA", "Two elements that share a number, or a block used for one element only.",
     "Noise that repeats.", {"pytorch/pytorch#5059"}, 0},
    {"QuantileTail", "NUMERICAL", "1 - u formed where it loses digits, or a quantile that is coarse in the tails.",
     "Noise whose tails are wrong.", {"montanaflynn/stats#125", "chainer/chainer#5242"}, 0},
    {"MomentumForm", "WRONG_FORMULA", "The learning rate inside the velocity, or a damped velocity.",
     "Runs differ as soon as the learning rate changes.", {"apache/mxnet#15533", "pytorch/pytorch#1099"}, 0},
    {"EpsInsideRoot", "WRONG_FORMULA", "eps under the square root.",
     "sqrt(eps) is far larger than eps: small gradients hardly move anything.",
     {"CyberZHG/keras-radam#29", "tensorflow/tensorflow#58412"}, 0},
    {"EpsilonHat", "WRONG_FORMULA", "Adam's epsilon taken for epsilon hat, or the reverse.",
     "The first steps differ by a factor of up to 31.6 in epsilon.",
     {"keras-team/keras#17391", "tensorflow/tensorflow#9047", "pytorch/pytorch#22628"}, 0},
    {"NoBiasCorrection", "WRONG_FORMULA", "Moments not corrected for their start at 0, or only one of them.",
     "The first steps are too large.", {"oxiglade/mlx-rs#301", "ml-explore/mlx#1640", "karpathy/convnetjs#107"}, 0},
    {"BiasByEpoch", "WRONG_FORMULA", "The correction counts epochs, or starts anew when a run goes on.",
     "A resumed run is not the run that was stopped.", {"nerfstudio-project/gsplat#604"}, 0},
    {"DecayAsL2", "WRONG_FORMULA", "decay theta added to the gradient instead of taken from theta.",
     "Decay is divided by the root of the second moment.", {"nntrainer/nntrainer#3565", "pytorch/pytorch#41679"}, 0},
    {"Drift", "WRONG_FORMULA", "A training run as a whole: order of the updates, use of the batch, state kept.",
     "Each step is right and the run is not.", {"alibi-detect#407", "AntixK/PyTorch-VAE#105"}, 0},
    {"DomainNotChecked", "DOMAIN", "Data outside the domain of the likelihood, such as grey pixels under Bernoulli.",
     "The number is no likelihood, and with pixels 0..255 no bound at all. An error is expected.",
     {"pyro-ppl/pyro#529", "Lightning-Universe/lightning-bolts#177", "clementchadebec/benchmark_VAE#150"}, 0},
};

json_t *oracle_note(const char *flag)
{
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (strcmp(notes[i].flag, flag) == 0) {
            notes[i].used = 1;
            json_t *note = json_pack("{s:s, s:s, s:s, s:[]}", "bugType", notes[i].kind, "description",
                                     notes[i].description, "effect", notes[i].effect, "links");
            for (size_t l = 0; notes[i].links[l] != NULL; l++)
                json_array_append_new(json_object_get(note, "links"), json_string(notes[i].links[l]));
            return note;
        }
    return NULL;
}

const char *oracle_unused_note(void)
{
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (!notes[i].used)
            return notes[i].flag;
    return NULL;
}
