namespace Benchmarks.Product;

/// <summary>The product does not do what the run needs; the message tells what.</summary>
internal sealed class ProductException(string message) : Exception(message);
