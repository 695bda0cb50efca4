/** A program on the module path: it needs nothing but the module of Tactus. */
module org.example.separate {
    requires org.tactus.core;
}
