# BG/NBD by R's optim: the log-likelihood as published, vectorised, on log parameters; its
# mean, since BFGS leaps away from a sum over a million rows.
rows <- read.csv(commandArgs(TRUE)[1], header = FALSE, col.names = c("x", "t_x", "T"))
minus_log_likelihood <- function(logs, x, t_x, T) {
  p <- exp(logs); r <- p[1]; alpha <- p[2]; a <- p[3]; b <- p[4]
  first <- -(r + x) * log(alpha + T)
  second <- ifelse(x > 0, log(a) - log(b + pmax(x, 1) - 1) - (r + x) * log(alpha + t_x), -Inf)
  top <- pmax(first, second)
  -mean(lgamma(r + x) - lgamma(r) + lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x) +
    r * log(alpha) + top + log(exp(first - top) + exp(second - top)))
}
seconds <- system.time(
  fit <- optim(c(0, 0, 0, 1), minus_log_likelihood, x = rows$x, t_x = rows$t_x, T = rows$T, method = "BFGS",
    control = list(maxit = 500, reltol = 1e-9))
)["elapsed"]
cat(sprintf("R optim BFGS: %.0f ms, log-likelihood %.4f, r %.6f alpha %.6f a %.6f b %.6f\n",
  1000 * seconds, -fit$value * nrow(rows), exp(fit$par[1]), exp(fit$par[2]), exp(fit$par[3]), exp(fit$par[4])))
